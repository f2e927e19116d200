// Far margins, equal scores, empty completions, and numbers that are none: the right number, Infinity where that is it, or a typed
// error. Never NaN.
import { assert, assertEquals, assertThrows } from "@std/assert";
import { ParameterError } from "../../src/core/mod.ts";
import {
  type PairLossName,
  type PairSlopes,
  preferenceLoss,
  type PreferenceLossOptions,
  rewardLoss,
  type Rewards,
  type Scores,
  unpairedLoss,
} from "../../src/preference/mod.ts";
import { everyOption, PAIR } from "./_pairs.ts";

/** A pair with these log-ratios. */
function pairOf(w: number, l: number): Scores {
  const side = (ratio: number) => ({ logprob: ratio - 1e5, reference: -1e5, tokens: 4 });
  return { chosen: side(w), rejected: side(l) };
}

function assertNear(found: number, wanted: number, what: string): void {
  assert(
    found === wanted || Math.abs(found - wanted) <= 1e-12 * Math.abs(wanted),
    `${what}: ${found}, wanted ${wanted}`,
  );
}

/** Value and slopes at margins of 1e4 either way, with beta 1. */
const FAR: readonly (readonly [
  PreferenceLossOptions,
  ahead: readonly [number, number, number],
  behind: readonly [number, number, number],
])[] = [
  [{}, [0, 0, 0], [1e4, -1, 1]],
  [{ smoothing: 0.25 }, [2500, 0.25, -0.25], [7500, -0.75, 0.75]],
  [{ target: 0 }, [1e4, 1, -1], [0, 0, 0]],
  [{ loss: "robust", smoothing: 0.25 }, [-5000, -0.5, 0.5], [15000, -1.5, 1.5]],
  [{ loss: "hinge" }, [0, 0, 0], [10001, -1, 1]],
  [{ loss: "exo", smoothing: 0.25 }, [-Math.log(0.75), 0, 0], [-Math.log(0.25), 0, 0]],
  [{ loss: "ipo", normalize: false }, [9999.5 ** 2, 19999, -19999], [10000.5 ** 2, -20001, 20001]],
  [{ loss: "discopop" }, [0, 0, 0], [1e4, -1, 1]],
  [{ loss: "discopop", tau: 1 }, [0, 0, 0], [10001, -1, 1]],
  [{ loss: "apoDown" }, [1, 0, 0], [1, 0, 0]],
];

for (const [options, ahead, behind] of FAR) {
  Deno.test(`${JSON.stringify(options)}: margins of 1e4`, () => {
    const loss = preferenceLoss({ ...options, beta: 1 });
    for (const [pair, wanted] of [[pairOf(1e4, 0), ahead], [pairOf(0, 1e4), behind]] as const) {
      if (options.loss === "apoDown" && wanted === behind) continue;
      const { chosen, rejected } = loss.slope(pair);
      [loss.value(pair), chosen, rejected].forEach((found, i) =>
        assertNear(found, wanted[i] === 0 ? Math.abs(found) < 1e-300 ? found : 0 : wanted[i], `${i}`)
      );
    }
  });
}

Deno.test("losses of two scores at 1e4 either way", () => {
  const at = (loss: PairLossName, w: number, l: number) => preferenceLoss({ loss, beta: 1 }).value(pairOf(w, l));
  assertEquals(at("nca", 1e4, -1e4), 5000);
  assertEquals(at("nca", -1e4, 1e4), 15000);
  assertEquals(at("bcoPair", 1e4, -1e4), 0);
  assertEquals(at("bcoPair", -1e4, 1e4), 20000);
  assertEquals(at("sppo", 1e4, -1e4), 2 * 9999.5 ** 2);
  assertEquals(at("apoZero", 1e4, -1e4), 0);
  assertEquals(at("apoZero", -1e4, 1e4), 2);
  assertEquals(at("apoDown", -1e4, 1e4), 1);
});

Deno.test("tails keep their digits: a loss of 1e-17 is one", () => {
  for (const z of [20, 40, 300, 700]) {
    const small = Math.exp(-z);
    assertNear(rewardLoss().value({ chosen: z, rejected: 0 }), Math.log1p(small), `${z}`);
    assertNear(rewardLoss().slope({ chosen: z, rejected: 0 }).chosen, -small / (1 + small), `${z}`);
    const kto = unpairedLoss({ kind: "kto", beta: 1 });
    assertNear(kto.value({ logprob: z, reference: 0, desirable: true }, 0), small / (1 + small), `${z}`);
  }
});

Deno.test("equal scores: what a coin knows", () => {
  const pair = pairOf(0, 0);
  const at = (options: PreferenceLossOptions) => preferenceLoss(options).value(pair);
  assertNear(at({}), Math.LN2, "DPO");
  for (const link of ["forwardKl", "js", { alpha: 0.5 }, { alpha: -2 }] as const) {
    assertNear(at({ link }), Math.LN2, "");
  }
  assertNear(at({ smoothing: 0.3 }), Math.LN2, "smoothing");
  assertNear(at({ loss: "robust", smoothing: 0.3 }), Math.LN2, "robust");
  assertEquals(at({ loss: "hinge" }), 1);
  assertEquals(at({ loss: "ipo" }), 25);
  assertEquals(at({ loss: "apoZero" }), 1);
  assertEquals(at({ loss: "apoDown" }), 1);
  assertNear(at({ loss: "discopop" }), (Math.LN2 + 1) / 2, "discopop");
  assertNear(at({ loss: "nca" }), 2 * Math.LN2, "nca");
  assertNear(at({ loss: "orpo" }), Math.LN2, "orpo");
  assertNear(rewardLoss().value({ chosen: 3, rejected: 3 }), Math.LN2, "rewards");
});

const RATIOS = [-1e4, -800, -700, -40, -1e-9, 0, 1, 40, 700, 1e4];

Deno.test("never NaN: every option, ratios from -1e4 to 1e4", () => {
  for (const options of everyOption()) {
    const loss = preferenceLoss(options);
    const grows = typeof options.link === "object" || options.link === "forwardKl";
    for (const w of RATIOS) {
      for (const l of RATIOS) {
        const pair = pairOf(w, l);
        const value = loss.value(pair);
        const { chosen, rejected } = slopeOf(() => loss.slope(pair), value === Infinity && options.loss === "ipo");
        const found = [value, chosen, rejected];
        const what = `${JSON.stringify(options)} at ${w}, ${l}: ${found}`;
        assert(!found.some(Number.isNaN), what);
        // Only a link that is an exponential, or discopop with a tau above 1, can lead beyond float64.
        if (!grows && !(options.tau! > 1)) assert(found.every(Number.isFinite), what);
      }
    }
  }
});

/** The slopes; those of a square beyond float64 may be refused, where one of them is Infinity times 0. */
function slopeOf(slope: () => PairSlopes, refused: boolean): PairSlopes {
  try {
    return slope();
  } catch (error) {
    assert(refused && error instanceof ParameterError, `${error}`);
    assert(error.message.includes("differ by more than float64 holds"), error.message);
    return { chosen: 0, rejected: 0 };
  }
}

Deno.test("scores beyond float64 still have an order", () => {
  const loss = preferenceLoss({ link: "forwardKl" });
  assertEquals(loss.value(pairOf(-2000, -1000)), Infinity);
  assertEquals(loss.value(pairOf(-1000, -2000)), 0);
  assertEquals(loss.slope(pairOf(-2000, -1000)).chosen, -Infinity);
  assertEquals(loss.slope(pairOf(-1000, -2000)), { chosen: -0, rejected: 0 });
  assertNear(loss.value(pairOf(-1000, -1000)), Math.LN2, "equal");
});

Deno.test("two scores close to each other lose no digits under a power", () => {
  // -e^(-r) at 0 and 2^-30: their difference is 1 - e^-(2^-30).
  const pair = {
    chosen: { logprob: 2 ** -30, reference: 0 },
    rejected: { logprob: 0, reference: 0 },
  };
  const hinge = preferenceLoss({ loss: "hinge", link: "forwardKl", beta: 2 ** 30, gamma: -1 });
  // 1 - (2^30 difference + 1) is minus the difference by 2^30; below 0 the hinge is flat, so ask the other way round.
  const found = hinge.value({ chosen: pair.rejected, rejected: pair.chosen });
  assertNear(found, -Math.expm1(-(2 ** -30)) * 2 ** 30, "difference");
});

Deno.test("empty completions have the ratio 0, and no odds", () => {
  const empty = { logprob: 0, reference: 0, tokens: 0 };
  const pair = { chosen: empty, rejected: PAIR.rejected };
  assertEquals(preferenceLoss({ loss: "ipo" }).value(pair), (0.25 / 4 - 5) ** 2);
  assertEquals(preferenceLoss({ sft: { weight: 1, of: "mean" } }).value(pair), preferenceLoss().value(pair));
  assertThrows(
    () => preferenceLoss({ loss: "orpo" }).value(pair),
    ParameterError,
    "whose chosen.tokens is 0: wanted a whole number of at least 1",
  );
  assertThrows(
    () => preferenceLoss({ normalize: true }).value({ ...pair, chosen: { ...empty, logprob: -1 } }),
    ParameterError,
    "whose chosen.tokens is 0: wanted a whole number of at least 1; without tokens a log-probability is 0",
  );
});

Deno.test("ORPO: certain completions, and all but certain ones", () => {
  const loss = preferenceLoss({ loss: "orpo" });
  const at = (chosen: number, rejected: number): Scores => ({
    chosen: { logprob: chosen, tokens: 1 },
    rejected: { logprob: rejected, tokens: 1 },
  });
  // Odds of the rejected one 1: the limit of the slope is minus these odds.
  assertEquals(loss.value(at(0, -Math.LN2)), 0);
  assertNear(loss.slope(at(0, -Math.LN2)).chosen, -1, "certain");
  assertNear(loss.slope(at(-1e-18, -Math.LN2)).chosen, -1, "all but certain");
  assertEquals(loss.value(at(-1, 0)), Infinity);
  assertEquals(loss.slope(at(-1, 0)).rejected, Infinity);
  // p / (1 - p) is all but p there.
  assertNear(loss.value(at(-1e4, -1e3)), 9000, "unlikely");
  assertThrows(() => loss.value(at(0, 0)), ParameterError, "whose mean log-probabilities are 0 and 0");
  assertThrows(() => loss.value(at(0.5, -1)), ParameterError, "wanted none above 0");
});

const NONE = [NaN, Infinity, -Infinity, undefined, null, "1", 1n, [1]];

Deno.test("a log-probability, reward or shift that is no finite number is refused by name", () => {
  const losses = [preferenceLoss(), preferenceLoss({ loss: "ipo" }), preferenceLoss({ loss: "orpo" })];
  for (const value of NONE as number[]) {
    for (const loss of losses) {
      for (const side of ["chosen", "rejected"] as const) {
        const pair = { ...PAIR, [side]: { ...PAIR[side], logprob: value } };
        for (const call of [loss.value, loss.slope]) {
          assertThrows(() => call(pair), ParameterError, `on a pair whose ${side}.logprob is `);
        }
      }
    }
    const pair = { ...PAIR, chosen: { ...PAIR.chosen, reference: value } };
    assertThrows(() => losses[0].value(pair), ParameterError, "whose chosen.reference is ");
    const one = { logprob: -1, reference: -2, desirable: true };
    const bco = unpairedLoss({ kind: "bco" });
    assertThrows(() => bco.value({ ...one, logprob: value }, 0), ParameterError, "whose logprob is ");
    assertThrows(() => bco.step(bco.init(), { ...one, reference: value }), ParameterError, "whose reference is ");
    assertThrows(() => bco.slope(one, value), ParameterError, "whose shift is ");
    assertThrows(() => rewardLoss().value({ chosen: value, rejected: 0 }), ParameterError, "whose chosen is ");
    const pairs: readonly [NonNullable<Parameters<typeof rewardLoss>[0]>["kind"], object, string][] = [
      ["margin", { strength: value }, "strength"],
      ["scaled", { strength: value }, "strength"],
      ["regression", { ratings: { chosen: 1, rejected: value } }, "ratings.rejected"],
    ];
    for (const [kind, more, name] of pairs) {
      const rewards = { chosen: 1, rejected: 0, ...more } as Rewards;
      assertThrows(() => rewardLoss({ kind: kind! }).value(rewards), ParameterError, `whose ${name} is `);
    }
  }
  assertEquals(
    assertThrows(() => losses[0].value({ ...PAIR, chosen: { logprob: -Infinity } }), ParameterError).message,
    "Cannot use preferenceLoss on a pair whose chosen.logprob is -Infinity: wanted a finite number; " +
      "leave pairs with a masked token out",
  );
});

Deno.test("what a loss does not look at may be missing; what it needs may not", () => {
  const bare = { chosen: { logprob: -1 }, rejected: { logprob: -2 } };
  assertNear(preferenceLoss({ referenceFree: true, beta: 1 }).value(bare), Math.log1p(Math.exp(-1)), "CPO");
  assertThrows(
    () => preferenceLoss().value(bare),
    ParameterError,
    "whose chosen.reference is undefined: wanted a finite number; leave pairs with a masked token out, or use referenceFree",
  );
  for (const tokens of [undefined, -1, 1.5, NaN, "3"] as (number | undefined)[]) {
    const pair = { ...PAIR, rejected: { ...PAIR.rejected, tokens } } as Scores;
    assertThrows(() => preferenceLoss({ loss: "ipo" }).value(pair), ParameterError, "whose rejected.tokens is ");
  }
});
