// Every worked number of the design pages that is of a preference, to the digits printed there.
import { assert } from "@std/assert";
import {
  preferenceLoss,
  type PreferenceLossOptions,
  rewardLoss,
  type Rewards,
  type Scores,
  unpairedLoss,
  type UnpairedScore,
} from "../../src/preference/mod.ts";
import { linkFunctions } from "../../src/preference/_link.ts";
import { PAIR } from "./_pairs.ts";

function assertNumber(found: number, wanted: number, what = ""): void {
  assert(Math.abs(found - wanted) <= 1e-12 * Math.abs(wanted), `${what}: ${found}, wanted ${wanted}`);
}

const PAIRS: readonly (readonly [what: string, options: PreferenceLossOptions, value: number])[] = [
  ["DPO", {}, 0.6623853823577756],
  ["conservative DPO", { smoothing: 0.25 }, 0.6780103823577756],
  ["robust DPO", { loss: "robust", smoothing: 0.1 }, 0.6545728823577757],
  ["DPO of means", { normalize: true }, 0.6838161252287303],
  ["hinge", { loss: "hinge" }, 0.9375],
  ["IPO", { loss: "ipo" }, 23.16015625],
  ["IPO of sums", { loss: "ipo", normalize: false }, 19.140625],
  ["EXO", { loss: "exo", smoothing: 0.1 }, 0.47699320397831846],
  ["NCA", { loss: "nca" }, 1.3709720790296047],
  ["BCO of pairs", { loss: "bcoPair" }, 1.355298255036753],
  ["SPPO", { loss: "sppo" }, 43.953125],
  ["APO zero", { loss: "apoZero" }, 0.9843764239788289],
  ["APO down", { loss: "apoDown" }, 0.9937539857986452],
  ["DiscoPOP", { loss: "discopop" }, 0.8777189599175381],
  ["CPO", { referenceFree: true }, 0.5759394198788436],
  ["SimPO", { referenceFree: true, normalize: true, gamma: 0.5, beta: 2 }, 0.49813454751437536],
  ["ORPO's odds ratio", { loss: "orpo" }, 0.3627696164271004],
  ["f-DPO, forward KL", { link: "forwardKl" }, 0.663755425160418],
  ["f-DPO, JS", { link: "js" }, 0.6781209904240802],
  ["f-DPO, alpha 1/2", { link: { alpha: 0.5 } }, 0.663197618653675],
  ["RPO of the sum", { sft: 0.005 }, 0.6717603823577756],
  ["RPO of the mean", { sft: { weight: 0.005, of: "mean" } }, 0.6655103823577756],
  ["DNO, q of win rates", { target: 0.5069053533985133 }, 0.6932037977703684],
  ["DNO, q = s(1.2)", { target: 1 / (1 + Math.exp(-1.2)) }, 0.6768525833890868],
];

for (const [what, options, value] of PAIRS) {
  Deno.test(`${what}: ${value}`, () => assertNumber(preferenceLoss(options).value(PAIR), value));
}

Deno.test("slopes of DPO and robust DPO, and the implicit preference", () => {
  const { chosen, rejected } = preferenceLoss().slope(PAIR);
  assertNumber(chosen, -0.04843800842769844);
  assertNumber(rejected, 0.04843800842769844);
  assertNumber(preferenceLoss({ loss: "robust", smoothing: 0.1 }).slope(PAIR).chosen, -0.06093800842769844);
  assertNumber(1 + chosen / 0.1, 0.5156199157230156);
});

Deno.test("MCTS-DPO: visits 6 and 2 are a smoothing of 1/4", () => {
  interface Searched extends Scores {
    readonly visits: readonly [number, number];
  }
  const loss = preferenceLoss<Searched>({
    smoothing: ({ visits: [won, lost] }) => Math.min(1 - 1 / (1 + lost / Math.max(1, won)), 0.5),
  });
  assertNumber(loss.value({ ...PAIR, visits: [6, 2] }), 0.6780103823577756);
});

Deno.test("DNO: the target is of the rewards, which are expected win rates", () => {
  const q = 1 / (1 + Math.exp(0.5301428122337526 - 0.5577659821579768));
  assertNumber(q, 0.5069053533985133);
  assertNumber(preferenceLoss({ target: () => q }).value(PAIR), 0.6932037977703684);
});

Deno.test("the score of the JS link", () => {
  assertNumber(Math.LN2 + linkFunctions("js").score({ ratio: 0.375, count: 1 }), 0.17002391642010528);
});

Deno.test("ORPO: the log of the odds ratio", () => {
  const value = preferenceLoss({ loss: "orpo" }).value(PAIR);
  assertNumber(-Math.log(Math.expm1(value)), 0.8271250963927665);
});

Deno.test("BCO: pooled and balanced shifts, and the losses by them", () => {
  // With beta 1 the rewards are the log-ratios.
  const seen: readonly UnpairedScore[] = [[0.0375, true], [0.02, true], [-0.025, false]].map(([ratio, desirable]) => ({
    logprob: ratio as number,
    reference: 0,
    desirable: desirable as boolean,
  }));
  const wanted = {
    pooled: [0.010833333333333332, 0.6799027334818809, 0.6885743506620601, 0.6753910087791144],
    balanced: [0.0018749999999999982, 0.6754933147496242, 0.6841257444509862, 0.6797999610461822],
  };
  for (const shift of ["pooled", "balanced"] as const) {
    const loss = unpairedLoss({ kind: "bco", shift, beta: 1 });
    const state = loss.init();
    for (const completion of seen) loss.step(state, completion);
    const delta = loss.finish(state);
    [delta, ...seen.map((completion) => loss.value(completion, delta))].forEach((found, i) =>
      assertNumber(found, wanted[shift][i], `${shift} ${i}`)
    );
  }
});

const ONES: readonly UnpairedScore[] = [
  { ...PAIR.chosen, desirable: true },
  { ...PAIR.rejected, desirable: false },
];

Deno.test("BCO of the pair, one of each class", () => {
  const loss = unpairedLoss({ kind: "bco" });
  const state = loss.init();
  for (const one of ONES) loss.step(state, one);
  assertNumber(loss.finish(state), 0.006250000000000002);
  for (const one of ONES) assertNumber(loss.value(one, loss.finish(state)), 0.6776442459057149);
});

Deno.test("KTO with a KL term of 0.05", () => {
  const loss = unpairedLoss({ kind: "kto" });
  assertNumber(loss.value(ONES[0], 0.05), 0.4918757150937392);
  assertNumber(loss.value(ONES[1], 0.05), 0.4925005624493797);
});

Deno.test("Bradley-Terry: plain, with a margin, scaled", () => {
  const pair: Rewards = { chosen: 0.9, rejected: 0, strength: 2 };
  assertNumber(rewardLoss().value(pair), 0.3411538747320878);
  assertNumber(rewardLoss({ kind: "margin" }).value(pair), 1.3873353251154308);
  assertNumber(rewardLoss({ kind: "scaled" }).value(pair), 0.6823077494641756);
});

Deno.test("the threshold of DPO's difficulty, and the outcome loss of process rewards, are Bradley-Terry", () => {
  assertNumber(rewardLoss().value({ chosen: 0.07, rejected: 0 }), 0.6587595555486971);
  assertNumber(rewardLoss().value({ chosen: 0.01875, rejected: 0 }), 0.6838161252287303);
});

Deno.test("ReMoDetect's triple: three pairs, each centred", () => {
  const loss = rewardLoss({ centre: { weight: 0.01, of: "each" } });
  const [machine, mixed, human] = [2, 0.5, -1];
  const pairs = [[machine, mixed, 0.3], [machine, human, 1], [mixed, human, 0.3]];
  const total = pairs.reduce((sum, [chosen, rejected, weight]) => sum + weight * loss.value({ chosen, rejected }), 0);
  assertNumber(total / 3, 0.06756177278779783);
});
