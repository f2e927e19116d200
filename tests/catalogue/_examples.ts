/** Examples of what the catalogue has: of each row at least one, with the options that matter. */
import type { Spec } from "../../src/core/mod.ts";
import { logSoftmax, softmax } from "../../src/maps/mod.ts";
import { TABLE } from "../folds/_table.ts";
import { preferenceLoss, rewardLoss, unpairedLoss } from "../../src/preference/mod.ts";
import { logitBias, mask, rechunk, softcap, temperature } from "../../src/operators/mod.ts";
import {
  agreement,
  correlation,
  cosineSimilarity,
  entropy,
  gapVariance,
  jsDivergence,
  klDivergence,
  label,
  labelCurvature,
  logSumExp,
  margin,
  maximum,
  moments,
  on,
  pearsonDistance,
  perplexity,
  renyiDivergence,
  specials,
  target,
  topK,
  totalVariation,
  varentropy,
} from "../../src/reducers/mod.ts";
import * as stages from "../../src/sampling/mod.ts";
import type { Sampler } from "../../src/sampling/mod.ts";

export const VOCABULARY = 1500;

/** A row of logits that a sampler may be asked for while it is made. */
const ROW = Float32Array.from({ length: VOCABULARY }, (_, id) => 5 * Math.sin(id * id));

function grown(token: Sampler): Sampler {
  for (let step = 0; step < 9; step++) token.accept(token.draw(ROW).id!);
  return token;
}

const EDITS = [
  stages.penalties({ repetition: 1.2, window: 5 }),
  stages.dry({ multiplier: 2, breakers: [[3]] }),
  logitBias({ 1: 2, 7: -Infinity }),
  stages.suppress([4], { first: 3 }),
  mask({ deny: [11] }),
];

type Made = { readonly spec: Spec };

/** Those of the folds' laws. */
const FOLDS: Record<string, (() => Made)[]> = {};
for (const [name, { make }] of Object.entries(TABLE)) (FOLDS[name.split(" ")[0]] ??= []).push(make);

/** What can be made again by `fromSpec`, by kind and name. */
export const EXAMPLES: Readonly<Record<string, Readonly<Record<string, readonly (() => Made)[]>>>> = {
  operator: {
    temperature: [() => temperature(0.7), () => temperature(1e-30)],
    logitBias: [() => logitBias({ 3: -Infinity, 1: 2, 1400: 0.1 }), () => logitBias([]), () => logitBias({ 0: -0 })],
    mask: [
      () => mask({ allow: [5, 0, 1499] }),
      () => mask({ deny: [5, 5, 7] }),
      () => mask({ bits: Uint32Array.of(0xfff0f0f1, 5) }),
      () => mask({ bits: Uint8Array.of(1, 2, 3) }),
    ],
    softcap: [() => softcap(30)],
    rechunk: [() => rechunk(7), () => rechunk(4000)],
  },
  reducer: {
    maximum: [maximum],
    logSumExp: [() => logSumExp(), () => logSumExp({ pair: true })],
    entropy: [() => entropy(), () => entropy({ unit: "bits" })],
    varentropy: [varentropy],
    perplexity: [perplexity],
    topK: [() => topK(5), () => topK(70, { logprob: false })],
    margin: [margin],
    moments: [moments],
    specials: [specials],
    target: [() => target([3, 0, 3]), () => target([1499, 2], { rank: true })],
    label: [
      () => label([...Array(40).keys()]),
      () => label(Array(40).fill(7).with(1, -1), { ignore: -1, shift: true, rank: true }),
    ],
    klDivergence: [() => klDivergence("a", "b"), () => klDivergence("b", "a", { precise: true })],
    jsDivergence: [
      () => jsDivergence("a", "b"),
      () => jsDivergence("a", "b", { weight: 0.1 }),
      () => jsDivergence("a", "b", { weight: 0, ends: "kl" }),
    ],
    totalVariation: [() => totalVariation("a", "b")],
    renyiDivergence: [() => renyiDivergence("a", "b", { alpha: 2 })],
    agreement: [() => agreement("a", "b"), () => agreement("b", "a", { k: 3 })],
    gapVariance: [() => gapVariance("a", "b")],
    labelCurvature: [
      () => labelCurvature("a", "b", [...Array(40).keys()]),
      () => labelCurvature("a", "b", Array(40).fill(7).with(1, -1), { ignore: -1, shift: true }),
    ],
    pearsonDistance: [() => pearsonDistance("a", "b")],
    correlation: [() => correlation("a", "b")],
    cosineSimilarity: [() => cosineSimilarity("a", "b")],
    on: [() => on("b", entropy()), () => on("a", target([3, 7], { rank: true }))],
    sampler: [
      () => stages.sampler({ seed: 5 }),
      () => stages.sampler({ draws: 3, details: true, topLogprobs: 4, prompt: [1, 2], chain: [temperature(0.5)] }),
      () => grown(stages.sampler({ seed: 2 ** 53 - 1, prompt: [4, 4], chain: [...EDITS, stages.mirostat()] })),
      () => grown(stages.sampler({ seed: 1, chain: [stages.keepMinP(0.1), stages.adaptiveP({ target: 0.3 })] })),
      () => {
        const token = stages.sampler({ seed: 3, chain: stages.preset("llama.cpp", { penaltyLastN: -1 }) });
        for (let step = 0; step < 4; step++) token.draw(ROW);
        return token;
      },
    ],
  },
  stage: {
    withTemperature: [() => stages.withTemperature(0.7), () => stages.withTemperature(0)],
    dynamicTemperature: [
      () => stages.dynamicTemperature({ temperature: 1, range: 0.5 }),
      () => stages.dynamicTemperature({ temperature: 0, range: 2, exponent: -1 }),
    ],
    keepTopK: [() => stages.keepTopK(40), () => stages.keepTopK(3, { ties: "all", minKeep: 5 })],
    keepTopP: [() => stages.keepTopP(0.9), () => stages.keepTopP(1e-9, { ties: "highestId", minKeep: 2 })],
    keepMinP: [() => stages.keepMinP(0.05), () => stages.keepMinP(1, { minKeep: 4 })],
    keepTypical: [() => stages.keepTypical(0.8), () => stages.keepTypical(0.1, { minKeep: 4 })],
    keepEpsilon: [() => stages.keepEpsilon(0.001), () => stages.keepEpsilon(0.9, { minKeep: 3, ties: "all" })],
    keepEta: [() => stages.keepEta(0.001), () => stages.keepEta(0.9, { minKeep: 3, ties: "highestId" })],
    keepTopH: [() => stages.keepTopH(0.6)],
    keepTopNSigma: [() => stages.keepTopNSigma(1.5)],
    keepPLess: [() => stages.keepPLess()],
    xtc: [
      () => stages.xtc({ probability: 1, threshold: 0.01 }),
      () => stages.xtc({ probability: 0.5, threshold: 0, minKeep: 9 }),
    ],
    mirostat: [
      () => stages.mirostat(),
      () => stages.mirostat({ version: 1, tau: 3, eta: 0.2, m: 50 }),
    ],
    adaptiveP: [() => stages.adaptiveP({ target: 0.4 }), () => stages.adaptiveP({ target: 1, decay: 0 })],
    penalties: [
      () => stages.penalties({}),
      () => stages.penalties({ repetition: 1.3, frequency: 0.1, presence: 0.2, window: 3, normalize: true }),
      () => stages.penalties({ presence: 2, window: Infinity, scope: "output", counts: "all" }),
    ],
    dry: [
      () => stages.dry({ multiplier: 3, window: Infinity }),
      () => stages.dry({ multiplier: 3, base: 1, allowedLength: 1, window: 4, breakers: [[3, 4], [9]] }),
    ],
    noRepeatNgram: [() => stages.noRepeatNgram(2), () => stages.noRepeatNgram(1, { scope: "output" })],
    badWords: [() => stages.badWords([[2], [1, 2]]), () => stages.badWords([])],
    suppress: [() => stages.suppress([1, 9]), () => stages.suppress([2], { first: 1 })],
    force: [() => stages.force([[0, 2], [1, 3]]), () => stages.force([[5, 8]], { scope: "all" })],
    minLength: [() => stages.minLength(2, { end: [0, 1] }), () => stages.minLength(9, { end: [3], scope: "all" })],
    maskRows: [
      () => stages.maskRows([...Array(40).keys()].map((row) => Uint32Array.of(row | 1, 0xffffffff))),
      () => stages.maskRows(Array.from({ length: 40 }, () => Int32Array.of(-1, 1))),
    ],
  },
  map: {
    softmax: [softmax],
    logSoftmax: [logSoftmax],
  },
  preference: {
    preferenceLoss: [
      () => preferenceLoss(),
      () => preferenceLoss({ loss: "robust", smoothing: 0.1, link: { alpha: 0.5 }, normalize: true, gamma: 0.5 }),
      () => preferenceLoss({ target: 0.7, referenceFree: true, beta: 2, sft: { weight: 0.5, of: "mean" } }),
      () => preferenceLoss({ loss: "discopop", tau: 0.1 }),
    ],
    unpairedLoss: [
      () => unpairedLoss({ kind: "bco", shift: "balanced" }),
      () => unpairedLoss({ kind: "kto", beta: 0.3, desirableWeight: 1.5, undesirableWeight: 0 }),
    ],
    rewardLoss: [
      () => rewardLoss({ kind: "scaled", centre: 0.01 }),
      () => rewardLoss({ centre: { weight: 1, of: "each" } }),
    ],
  },
  fold: FOLDS,
};
