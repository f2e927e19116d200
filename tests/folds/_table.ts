/** Every fold of the catalogue, with items of all kinds: what the laws are tested on. */
import type { Fold } from "../../src/core/mod.ts";
import * as folds from "../../src/folds/mod.ts";
import type { Random } from "../support/random.ts";

/** A fold and where its items come from. */
export interface Case {
  readonly make: () => Fold<unknown, unknown>;
  item(random: Random): unknown;
}

const SPECIALS = [0, -0, 1e-300, 5e-324, -1e300, 1.7e308, 0.1];

function number(random: Random): number {
  return random.whole(5) === 0 ? SPECIALS[random.whole(SPECIALS.length)] : random.normal() * 10 ** random.whole(6);
}

function logprob(random: Random): number {
  return random.whole(12) === 0 ? 0 : -5 * random.uniform() - 1e-9;
}

const pairItem = (random: Random) => {
  const score = () => ({ logprob: logprob(random), reference: logprob(random), tokens: random.whole(4) });
  return { chosen: score(), rejected: score(), preference: random.uniform() };
};
const token = (random: Random) => ({
  policy: { logprob: logprob(random), id: random.whole(3) },
  reference: { logprob: logprob(random) },
  y: random.whole(9) === 0
    ? undefined
    : { id: random.whole(5), logit: random.normal(), logprob: logprob(random), rank: 1 + random.whole(4) },
  top: Array.from({ length: 3 }, (_, i) => ({ id: (i * 2 + random.whole(2)) % 5 })),
  value: random.uniform(),
  next: random.uniform(),
  reward: random.whole(2),
  logprob: logprob(random),
  advantage: random.normal(),
  entropy: random.uniform(),
  varentropy: random.uniform(),
  rewardLogit: random.normal(),
});
/** With a label in every row: what is needed beside it is. */
const labelled = (random: Random) => ({ ...token(random), y: { logprob: logprob(random) } });
const binary = (random: Random) => ({
  probability: random.whole(20) / 19,
  confidence: random.whole(9) === 0 ? NaN : random.whole(30) / 29,
  positive: random.whole(2) === 0,
  known: random.whole(2) === 0,
  correct: random.whole(2) === 0,
  score: [NaN, Infinity, -Infinity, 0, -0][random.whole(12)] ?? Math.round(4 * random.normal()) / 2,
});
const reward = (random: Random) => ({ reward: random.normal(), value: random.normal(), next: random.normal() });

/** Probabilities with a bias to the first of five. */
function simplex(random: Random): Float64Array {
  const weights = Float64Array.from({ length: 5 }, (_, i) => i === 0 ? 9 : random.uniform());
  const sum = weights.reduce((a, b) => a + b, 0);
  return random.whole(15) === 0 ? Float64Array.of(1, 0, 0, 0, 0) : weights.map((x) => x / sum);
}

/** By name; several of one name are told apart by what is in parentheses. */
export const TABLE: Readonly<Record<string, Case>> = {
  mean: { make: () => folds.mean("x"), item: (random) => ({ x: random.whole(9) === 0 ? undefined : number(random) }) },
  "mean (infinite)": {
    make: () => folds.mean("x"),
    item: (random) => ({ x: [1, 2, Infinity, -Infinity, NaN][random.whole(5)] }),
  },
  meanNll: { make: () => folds.meanNll(), item: token },
  accuracy: { make: () => folds.accuracy({ k: 2 }), item: token },
  "accuracy (top)": { make: () => folds.accuracy({ k: 3, top: "top" }), item: token },
  logLoss: { make: () => folds.logLoss(), item: binary },
  brierScore: { make: () => folds.brierScore(), item: binary },
  ece: { make: () => folds.ece({ bins: 7 }), item: binary },
  "ece (mass)": { make: () => folds.ece({ bins: 4, of: "mass" }), item: binary },
  auroc: { make: () => folds.auroc(), item: binary },
  "auroc (bins)": { make: () => folds.auroc({ limit: 40 }), item: binary },
  aupr: { make: () => folds.aupr(), item: binary },
  "aupr (bins)": { make: () => folds.aupr({ limit: 40 }), item: binary },
  oscr: { make: () => folds.oscr(), item: binary },
  "oscr (bins)": { make: () => folds.oscr({ limit: 40 }), item: binary },
  rankingAccuracy: { make: () => folds.rankingAccuracy({ normalize: true, preference: "preference" }), item: pairItem },
  winRate: {
    make: () => folds.winRate({ candidates: 3 }),
    item: (random) => {
      const first = random.whole(3);
      return { first, second: (first + 1 + random.whole(2)) % 3, logit: random.normal() };
    },
  },
  marginalLogLikelihood: {
    make: () => folds.marginalLogLikelihood(),
    item: (random) => ({ logprob: random.whole(9) === 0 ? -Infinity : 10 ** random.whole(5) * random.normal() }),
  },
  effectiveSampleSize: {
    make: () => folds.effectiveSampleSize(),
    item: (random) => ({ logprob: random.normal() * 300 }),
  },
  hedge: {
    make: () => folds.hedge({ eta: 0.7, experts: ["policy.logprob", "y.logprob", "logprob"] }),
    item: token,
  },
  "hedge (hints)": {
    make: () => folds.hedge({ eta: 2, experts: ["policy.logprob", "logprob"], hints: ["value", "next"] }),
    item: token,
  },
  rewardDistance: {
    make: () => folds.rewardDistance({ gamma: 0.9 }),
    item: (random) => ({ first: reward(random), second: reward(random) }),
  },
  collapse: { make: () => folds.collapse(), item: token },
  columnMoments: {
    make: () => folds.columnMoments({ width: 4 }),
    item: (random) => ({ values: Array.from({ length: 4 }, () => number(random)) }),
  },
  conditionalMutualInformation: {
    make: () => folds.conditionalMutualInformation({ classes: 3, width: 5 }),
    item: (random) => ({ probabilities: simplex(random), label: random.whole(9) === 0 ? undefined : random.whole(3) }),
  },
  certify: {
    make: () => folds.certify({ maps: 2, classes: 5, sigma: 0.5, alpha: 0.01, lipschitz: 2, counts: true }),
    item: (random) => ({ values: [simplex(random), simplex(random)] }),
  },
  sequenceLogprob: { make: () => folds.sequenceLogprob(), item: token },
  sequenceUtility: { make: () => folds.sequenceUtility(), item: token },
  logRatio: { make: () => folds.logRatio("policy.logprob", "reference.logprob"), item: token },
  processRewards: { make: () => folds.processRewards({ beta: 0.05, ends: [1] }), item: token },
  oreo: { make: () => folds.oreo(), item: token },
  oreal: { make: () => folds.oreal({ correct: false, advantage: -0.5 }), item: labelled },
  advantageFilter: { make: () => folds.advantageFilter({ lambda: 0.5 }), item: token },
  awr: { make: () => folds.awr({ beta: 0.5 }), item: token },
  curvature: { make: () => folds.curvature(), item: labelled },
};
