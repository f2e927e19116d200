import type { Reducers } from "../../src/core/mod.ts";
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
  on,
  pearsonDistance,
  renyiDivergence,
  target,
  topK,
  totalVariation,
} from "../../src/reducers/mod.ts";

/** The names of the streams that {@linkcode alignedTable} reads. */
export const STREAMS = ["a", "b", "c"] as const;

/** Every reducer of aligned streams by its factory's name, with the parameters that matter, on streams a and b, some on c. */
export function alignedTable(vocabulary: number, rows: number): Readonly<Record<string, Reducers>> {
  const labels = Array.from({ length: rows }, (_, row) => row % 3 === 2 ? -100 : (row * 611) % vocabulary);
  return {
    klDivergence: {
      kl: klDivergence("a", "b"),
      klBack: klDivergence("b", "a"),
      klFar: klDivergence("c", "a"),
      klSelf: klDivergence("a", "a"),
      klPrecise: klDivergence("a", "b", { precise: true }),
    },
    jsDivergence: {
      js: jsDivergence("a", "b"),
      jsUneven: jsDivergence("b", "c", { weight: 0.1 }),
      jsEnd: jsDivergence("a", "b", { weight: 0, ends: "kl" }),
      jsOtherEnd: jsDivergence("a", "b", { weight: 1, ends: "kl" }),
      jsZero: jsDivergence("a", "b", { weight: 1 }),
    },
    totalVariation: { tv: totalVariation("a", "b"), tvFar: totalVariation("c", "b") },
    renyiDivergence: {
      renyiHalf: renyiDivergence("a", "b", { alpha: 0.5 }),
      renyiTwo: renyiDivergence("a", "b", { alpha: 2 }),
      renyiFar: renyiDivergence("c", "b", { alpha: 1.5 }),
    },
    agreement: {
      tops: agreement("a", "b"),
      top1: agreement("c", "a", { k: 1 }),
      topMany: agreement("b", "c", { k: 90 }),
    },
    gapVariance: { gap: gapVariance("a", "b"), gapFar: gapVariance("b", "c") },
    labelCurvature: {
      curve: labelCurvature("a", "b", labels),
      curveShift: labelCurvature("c", "b", labels, { shift: true }),
    },
    pearsonDistance: { pearson: pearsonDistance("a", "b") },
    correlation: { r: correlation("a", "b"), rFar: correlation("b", "c") },
    cosineSimilarity: { cosine: cosineSimilarity("a", "c") },
    on: {
      nats: on("a", entropy()),
      top: on("b", topK(5)),
      ranked: on("c", target([0, vocabulary - 1], { rank: true })),
      y: on("b", label(labels, { rank: true })),
    },
  };
}

/** All of them in one product. */
export function everyAligned(vocabulary: number, rows: number): Reducers {
  return Object.assign({}, ...Object.values(alignedTable(vocabulary, rows)));
}
