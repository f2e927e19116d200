// Each loss against a plain float64 twin, written from its definition as trainers have it (TRL 1.10: DPOTrainer, CPOTrainer,
// ORPOTrainer, BCOTrainer, KTOTrainer, RewardTrainer), with the engine's own Math.
import { assert } from "@std/assert";
import {
  preferenceLoss,
  type PreferenceLossOptions,
  rewardLoss,
  unpairedLoss,
  type UnpairedScore,
} from "../../src/preference/mod.ts";
import { Random } from "../support/random.ts";
import { randomPair } from "./_pairs.ts";

type Pair = ReturnType<typeof randomPair>;

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const logSigmoid = (x: number) => -Math.log1p(Math.exp(-x));

function assertNear(found: number, wanted: number, what: string): void {
  assert(Math.abs(found - wanted) <= 1e-12 * Math.max(1, Math.abs(wanted)), `${what}: ${found}, wanted ${wanted}`);
}

/** `f_divergence_type` and its coefficient; ours beside it. */
const DIVERGENCES = [
  { ours: "reverseKl", theirs: "reverse_kl", coefficient: 0 },
  { ours: "forwardKl", theirs: "forward_kl", coefficient: 0 },
  { ours: "js", theirs: "js_divergence", coefficient: 0 },
  { ours: { alpha: 0.5 }, theirs: "alpha_divergence", coefficient: 0.5 },
  { ours: { alpha: 0.2 }, theirs: "alpha_divergence", coefficient: 0.8 },
  { ours: { alpha: -0.5 }, theirs: "alpha_divergence", coefficient: 1.5 },
] as const;

function scoreOf(ratio: number, { theirs, coefficient }: typeof DIVERGENCES[number]): number {
  if (theirs === "reverse_kl") return ratio;
  if (theirs === "forward_kl") return -Math.exp(-ratio);
  if (theirs === "js_divergence") return logSigmoid(ratio);
  return Math.exp((coefficient - 1) * ratio) / (coefficient - 1);
}

interface Twin {
  /** Ratios, scores, and both of them together. */
  readonly of: (
    pair: Pair,
    beta: number,
    scores: { readonly w: number; readonly l: number; readonly rw: number; readonly rl: number },
  ) => number;
  readonly options: PreferenceLossOptions;
  /** It knows f-divergences. */
  readonly linked?: boolean;
}

const SMOOTHING = 0.15;

/** By their `loss_type`. */
const TWINS: Readonly<Record<string, Twin>> = {
  sigmoid: { options: {}, linked: true, of: (_pair, beta, { w, l }) => -logSigmoid(beta * (w - l)) },
  "sigmoid, label_smoothing": {
    options: { smoothing: SMOOTHING },
    linked: true,
    of: (_pair, beta, { w, l }) =>
      -(1 - SMOOTHING) * logSigmoid(beta * (w - l)) - SMOOTHING * logSigmoid(-beta * (w - l)),
  },
  sigmoid_norm: {
    options: { normalize: true },
    linked: true,
    of: ({ chosen, rejected }, beta, { w, l }) => -logSigmoid(beta * (w / chosen.tokens - l / rejected.tokens)),
  },
  hinge: { options: { loss: "hinge" }, linked: true, of: (_pair, beta, { w, l }) => Math.max(0, 1 - beta * (w - l)) },
  ipo: {
    options: { loss: "ipo" },
    linked: true,
    of: ({ chosen, rejected }, beta, { w, l }) => (w / chosen.tokens - l / rejected.tokens - 1 / (2 * beta)) ** 2,
  },
  robust: {
    options: { loss: "robust", smoothing: SMOOTHING },
    linked: true,
    of: (_pair, beta, { w, l }) =>
      (-(1 - SMOOTHING) * logSigmoid(beta * (w - l)) + SMOOTHING * logSigmoid(-beta * (w - l))) / (1 - 2 * SMOOTHING),
  },
  exo_pair: {
    options: { loss: "exo", smoothing: SMOOTHING },
    linked: true,
    of(_pair, beta, { w, l }) {
      const p = sigmoid(beta * (w - l)), q = sigmoid(-beta * (w - l));
      return p * (Math.log(p) - Math.log(1 - SMOOTHING)) + q * (Math.log(q) - Math.log(SMOOTHING));
    },
  },
  nca_pair: {
    options: { loss: "nca" },
    linked: true,
    of: (_pair, beta, { w, l }) => -logSigmoid(beta * w) - 0.5 * logSigmoid(-beta * w) - 0.5 * logSigmoid(-beta * l),
  },
  bco_pair: {
    options: { loss: "bcoPair" },
    linked: true,
    of: (_pair, beta, { w, l }) => -logSigmoid(beta * w) - logSigmoid(-beta * l),
  },
  sppo_hard: {
    options: { loss: "sppo" },
    linked: true,
    of: (_pair, beta, { w, l }) => (w - 0.5 / beta) ** 2 + (l + 0.5 / beta) ** 2,
  },
  apo_zero: {
    options: { loss: "apoZero" },
    of: (_pair, beta, { rw, rl }) => 1 - sigmoid(beta * rw) + sigmoid(beta * rl),
  },
  apo_down: {
    options: { loss: "apoDown" },
    of: (_pair, beta, { rw, rl }) => sigmoid(beta * rw) + 1 - sigmoid(beta * (rw - rl)),
  },
  discopop: {
    options: { loss: "discopop" },
    linked: true,
    of(_pair, beta, { w, l }) {
      const x = beta * (w - l), m = sigmoid(x / 0.05);
      return -logSigmoid(x) * (1 - m) + Math.exp(-x) * m;
    },
  },
  "CPO sigmoid": {
    options: { referenceFree: true, sft: { weight: 1, of: "mean" } },
    of: ({ chosen, rejected }, beta) =>
      -logSigmoid(beta * (chosen.logprob - rejected.logprob)) - chosen.logprob / chosen.tokens,
  },
  "CPO hinge": {
    options: { referenceFree: true, loss: "hinge" },
    of: ({ chosen, rejected }, beta) => Math.max(0, 1 - beta * (chosen.logprob - rejected.logprob)),
  },
  "CPO ipo": {
    options: { referenceFree: true, loss: "ipo" },
    of: ({ chosen, rejected }, beta) =>
      (chosen.logprob / chosen.tokens - rejected.logprob / rejected.tokens - 1 / (2 * beta)) ** 2,
  },
  "SimPO, label_smoothing": {
    options: { referenceFree: true, normalize: true, gamma: 0.5, smoothing: SMOOTHING },
    of({ chosen, rejected }, beta) {
      const x = chosen.logprob / chosen.tokens - rejected.logprob / rejected.tokens - 0.5 / beta;
      return -logSigmoid(beta * x) * (1 - SMOOTHING) - logSigmoid(-beta * x) * SMOOTHING;
    },
  },
  alphapo: {
    options: { referenceFree: true, normalize: true, gamma: 0.5, link: { alpha: 0.25 } },
    of({ chosen, rejected }, beta) {
      const reward = ({ logprob, tokens }: Pair["chosen"]) => (1 - Math.exp(logprob / tokens) ** -0.25) / 0.25;
      return -logSigmoid(beta * (reward(chosen) - reward(rejected) - 0.5 / beta));
    },
  },
  "ORPO, beta as its weight": {
    options: { loss: "orpo", sft: { weight: 1, of: "mean" } },
    of({ chosen, rejected }, beta) {
      const logOdds = ({ logprob, tokens }: Pair["chosen"]) =>
        logprob / tokens - Math.log(-Math.expm1(logprob / tokens));
      return -chosen.logprob / chosen.tokens - beta * logSigmoid(logOdds(chosen) - logOdds(rejected));
    },
  },
  "rpo_alpha": {
    options: { sft: { weight: 0.5, of: "mean" } },
    of: ({ chosen }, beta, { w, l }) => -logSigmoid(beta * (w - l)) - 0.5 * chosen.logprob / chosen.tokens,
  },
};

for (const [name, { options, linked = false, of }] of Object.entries(TWINS)) {
  Deno.test(`${name}: as its definition`, () => {
    const random = new Random(1510);
    let compared = 0;
    for (const divergence of linked ? DIVERGENCES : DIVERGENCES.slice(0, 1)) {
      for (const beta of [0.1, 0.5, 2]) {
        const loss = preferenceLoss({ ...options, beta, ...(linked && { link: divergence.ours }) });
        for (let i = 0; i < 100; i++) {
          const pair = randomPair(random);
          const rw = pair.chosen.logprob - pair.chosen.reference, rl = pair.rejected.logprob - pair.rejected.reference;
          const wanted = of(pair, beta, { rw, rl, w: scoreOf(rw, divergence), l: scoreOf(rl, divergence) });
          // There the twin takes the logarithm of what has become 0, or multiplies 0 by Infinity.
          if (!Number.isFinite(wanted)) continue;
          compared++;
          assertNear(loss.value(pair), wanted, JSON.stringify({ name, divergence, beta, pair }));
        }
      }
    }
    assert(compared > 200, `${compared}`);
  });
}

Deno.test("BCO: rewards of batches into one running mean, then the losses by it", () => {
  const random = new Random(1511);
  const loss = unpairedLoss({ kind: "bco", undesirableWeight: ({ logprob }) => logprob < -10 ? 0.5 : 2 });
  const state = loss.init();
  const rewards: number[] = [];
  for (let batch = 0; batch < 20; batch++) {
    const ones: UnpairedScore[] = Array.from({ length: 8 }, () => {
      const { chosen: { logprob, reference } } = randomPair(random);
      return { logprob, reference, desirable: random.uniform() < 0.3 };
    });
    for (const one of ones) {
      loss.step(state, one);
      rewards.push(0.1 * (one.logprob - one.reference));
    }
    const delta = rewards.reduce((sum, x) => sum + x, 0) / rewards.length;
    assertNear(loss.finish(state), delta, "shift");
    for (const one of ones) {
      const margin = 0.1 * (one.logprob - one.reference) - delta;
      const wanted = one.desirable ? -logSigmoid(margin) : -logSigmoid(-margin) * (one.logprob < -10 ? 0.5 : 2);
      assertNear(loss.value(one, loss.finish(state)), wanted, JSON.stringify(one));
    }
  }
});

Deno.test("KTO: the KL term of mismatched completions, and weights of the classes", () => {
  const random = new Random(1512);
  for (const sign of [1, -1]) {
    const loss = unpairedLoss({ kind: "kto", beta: 0.3, desirableWeight: 1.2, undesirableWeight: 0.9 });
    const state = loss.init();
    const ratios = Array.from({ length: 16 }, () => sign * Math.abs(random.normal()));
    for (const ratio of ratios) loss.step(state, { logprob: ratio, reference: 0, desirable: true });
    const kl = Math.max(0, ratios.reduce((sum, x) => sum + x, 0) / 16);
    assertNear(loss.finish(state), kl, "KL");
    for (let i = 0; i < 50; i++) {
      const { chosen: { logprob, reference } } = randomPair(random);
      const r = logprob - reference;
      assertNear(loss.value({ logprob, reference, desirable: true }, kl), 1.2 * (1 - sigmoid(0.3 * (r - kl))), "good");
      assertNear(loss.value({ logprob, reference, desirable: false }, kl), 0.9 * (1 - sigmoid(0.3 * (kl - r))), "bad");
    }
  }
});

Deno.test("rewards: margins, centring, scaling, regression", () => {
  const random = new Random(1513);
  for (let i = 0; i < 200; i++) {
    const [chosen, rejected, strength, rating] = Array.from({ length: 4 }, () => 3 * Math.abs(random.normal()));
    const pair = { chosen, rejected, strength, ratings: { chosen: rating, rejected: 1 } };
    const gap = chosen - rejected, centre = 0.01 * (chosen + rejected) ** 2;
    assertNear(rewardLoss({ centre: 0.01 }).value(pair), -logSigmoid(gap) + centre, "centred");
    const margin = rewardLoss({ kind: "margin", centre: { weight: 0.01, of: "sum" } });
    assertNear(margin.value(pair), -logSigmoid(gap - strength) + centre, "margin");
    assertNear(rewardLoss({ kind: "scaled" }).value(pair), -strength * logSigmoid(gap), "scaled");
    const squares = ((chosen - rating) ** 2 + (rejected - 1) ** 2) / 2;
    assertNear(rewardLoss({ kind: "regression" }).value(pair), squares, "regression");
    const each = rewardLoss({ centre: { weight: 0.4, of: "each" } });
    assertNear(each.value(pair), -logSigmoid(gap) + 0.2 * (chosen ** 2 + rejected ** 2), "each");
  }
});
