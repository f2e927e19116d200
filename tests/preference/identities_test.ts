// What must be equal: options that are special cases of others, and losses that are sums of others.
import { assert, assertEquals } from "@std/assert";
import { addPart, partsValue } from "../../src/preference/_parts.ts";
import {
  preferenceLoss,
  type PreferenceLossOptions,
  rewardLoss,
  type Scores,
  unpairedLoss,
} from "../../src/preference/mod.ts";
import { Random } from "../support/random.ts";
import { everyOption, PAIR, randomPair } from "./_pairs.ts";

function assertNear(found: number, wanted: number, what = "", near = 1e-12): void {
  assert(Math.abs(found - wanted) <= near * Math.max(1, Math.abs(wanted)), `${what}: ${found}, wanted ${wanted}`);
}

const SAME: Readonly<Record<string, readonly [PreferenceLossOptions, PreferenceLossOptions, near?: number]>> = {
  "robust without smoothing is DPO": [{ loss: "robust", smoothing: 0 }, {}],
  "the link reverseKl is DPO": [{ link: "reverseKl" }, {}],
  "a target of 1 is DPO": [{ target: 1 }, {}],
  "a target is 1 - smoothing": [{ target: 0.7 }, { smoothing: 0.3 }],
  "smoothing of a pair is smoothing": [{ smoothing: () => 0.3 }, { smoothing: 0.3 }],
  "alpha 1 is the forward KL": [{ link: { alpha: 1 } }, { link: "forwardKl" }],
  "alpha towards 0 is the reverse KL": [{ link: { alpha: 1e-9 } }, {}, 1e-7],
  "alpha towards 0, from below": [{ link: { alpha: -1e-9 } }, {}, 1e-7],
  "IPO is of means": [{ loss: "ipo", normalize: true }, { loss: "ipo" }],
  "a number of sft is of the sum": [{ sft: 0.2 }, { sft: { weight: 0.2, of: "sum" } }],
  "gamma 0 is none": [{ gamma: 0 }, {}],
  "beta 0.1 is the default": [{ beta: 0.1 }, {}],
  "tau 0.05 is the default": [{ loss: "discopop", tau: 0.05 }, { loss: "discopop" }],
  "ORPO never asks for a reference": [{ loss: "orpo", referenceFree: true }, { loss: "orpo" }],
};

for (const [name, [one, other, near]] of Object.entries(SAME)) {
  Deno.test(name, () => {
    const random = new Random(1520);
    const a = preferenceLoss(one), b = preferenceLoss(other);
    for (let i = 0; i < 100; i++) {
      const pair = randomPair(random);
      assertNear(a.value(pair), b.value(pair), "value", near);
      assertNear(a.slope(pair).chosen, b.slope(pair).chosen, "chosen", near);
      assertNear(a.slope(pair).rejected, b.slope(pair).rejected, "rejected", near);
    }
  });
}

function swapped({ chosen, rejected }: Scores): Scores {
  return { chosen: rejected, rejected: chosen };
}

Deno.test("DPO of a pair and of the same the wrong way round differ by beta D", () => {
  const loss = preferenceLoss();
  assertNear(loss.value(swapped(PAIR)) - loss.value(PAIR), 0.0625);
  // Smoothing is the mean over both ways.
  const smooth = preferenceLoss({ smoothing: 0.2 });
  assertNear(smooth.value(PAIR), 0.8 * loss.value(PAIR) + 0.2 * loss.value(swapped(PAIR)));
});

Deno.test("robust DPO is unbiased: over labels that flip with its probability it is DPO on average", () => {
  const random = new Random(1521);
  for (const smoothing of [0.05, 0.3, 0.49]) {
    const robust = preferenceLoss({ loss: "robust", smoothing });
    for (let i = 0; i < 50; i++) {
      const pair = randomPair(random);
      const mean = (1 - smoothing) * robust.value(pair) + smoothing * robust.value(swapped(pair));
      assertNear(mean, preferenceLoss().value(pair), String(smoothing), 1e-11);
    }
  }
});

Deno.test("slopes of a loss of the difference sum to 0, whatever the reference", () => {
  const random = new Random(1522);
  for (const options of everyOption()) {
    const { loss = "sigmoid", link = "reverseKl", normalize, sft } = options;
    if (!["sigmoid", "hinge", "robust", "exo", "discopop"].includes(loss)) continue;
    if (link !== "reverseKl" || normalize || sft) continue;
    const { chosen, rejected } = preferenceLoss(options).slope(randomPair(random));
    assertNear(chosen + rejected, 0, JSON.stringify(options));
  }
});

Deno.test("pairs of single completions: the pair losses of BCO and APO are sums of two, shift 0", () => {
  const random = new Random(1523);
  const bco = unpairedLoss({ kind: "bco" }), kto = unpairedLoss({ kind: "kto" });
  for (let i = 0; i < 100; i++) {
    const pair = randomPair(random);
    const good = { ...pair.chosen, desirable: true }, bad = { ...pair.rejected, desirable: false };
    for (const [loss, of] of [["bcoPair", bco], ["apoZero", kto]] as const) {
      const both = preferenceLoss({ loss });
      assertNear(both.value(pair), of.value(good, 0) + of.value(bad, 0), loss);
      assertNear(both.slope(pair).chosen, of.slope(good, 0), loss);
      assertNear(both.slope(pair).rejected, of.slope(bad, 0), loss);
    }
  }
});

Deno.test("DPO is Bradley-Terry on rewards beta r; SimPO's gamma is a margin", () => {
  const random = new Random(1524);
  for (let i = 0; i < 100; i++) {
    const pair = randomPair(random);
    const rewards = {
      chosen: 0.1 * (pair.chosen.logprob - pair.chosen.reference),
      rejected: 0.1 * (pair.rejected.logprob - pair.rejected.reference),
      strength: 0.5,
    };
    assertNear(preferenceLoss().value(pair), rewardLoss().value(rewards));
    assertNear(preferenceLoss({ gamma: 0.5 }).value(pair), rewardLoss({ kind: "margin" }).value(rewards));
  }
});

Deno.test("classes of one size: the pooled shift is the balanced one", () => {
  const random = new Random(1525);
  const [pooled, balanced] = (["pooled", "balanced"] as const).map((shift) => {
    const loss = unpairedLoss({ kind: "bco", shift });
    return { loss, state: loss.init() };
  });
  for (let i = 0; i < 40; i++) {
    const { chosen: { logprob, reference } } = randomPair(random);
    for (const { loss, state } of [pooled, balanced]) loss.step(state, { logprob, reference, desirable: i % 2 === 0 });
  }
  assertNear(pooled.loss.finish(pooled.state), balanced.loss.finish(balanced.state));
});

Deno.test("EXO is 0 where the policy prefers as the labels do, and above 0 elsewhere", () => {
  const exo = preferenceLoss({ loss: "exo", smoothing: 0.1, beta: 1 });
  const at = (logprob: number) => ({ chosen: { logprob, reference: 0 }, rejected: { logprob: 0, reference: 0 } });
  assertNear(exo.value(at(Math.log(9))), 0);
  assertNear(exo.slope(at(Math.log(9))).chosen, 0);
  for (const d of [-3, 0, 1, 2.1, 2.3, 5]) assert(exo.value(at(d)) > 0, `${d}`);
});

Deno.test("the shift is that of any order, any split and any tree of the same completions, to the bit", () => {
  for (const options of [{ kind: "bco" }, { kind: "bco", shift: "balanced" }, { kind: "kto" }] as const) {
    const loss = unpairedLoss(options), random = new Random(44);
    for (let round = 0; round < 40; round++) {
      const seen = Array.from({ length: 1 + random.whole(60) }, () => ({
        logprob: -random.uniform() * 10 ** random.whole(18),
        reference: -random.uniform() * 10 ** random.whole(18),
        desirable: random.whole(3) > 0,
      }));
      const whole = loss.init();
      for (const one of seen) loss.step(whole, one);
      const parts = Array.from({ length: 4 }, () => loss.init());
      for (const one of random.shuffle(seen)) loss.step(parts[random.whole(4)], one);
      while (parts.length > 1) loss.merge(parts[0], parts.pop()!);
      assertEquals(loss.finish(parts[0]), loss.finish(whole));
    }
  }
});

Deno.test("an exact sum is rounded once, half to even, by what is below the half as well", () => {
  const ulp = 2 ** -52;
  for (
    const [numbers, wanted] of [
      [[1e100, 1, -1e100], 1],
      [[1, ulp / 2], 1],
      [[1, ulp / 2, 2 ** -200], 1 + ulp],
      [[1 + ulp, ulp / 2, -(2 ** -200)], 1 + ulp],
      [[1 + ulp, ulp / 2], 1 + 2 * ulp],
      [[], 0],
    ] as const
  ) {
    const parts: number[] = [];
    for (const x of numbers) addPart(parts, x);
    assertEquals(partsValue(parts), wanted);
  }
});
