import type { Reducers } from "../../src/core/mod.ts";
import {
  entropy,
  label,
  logSumExp,
  margin,
  maximum,
  moments,
  perplexity,
  specials,
  target,
  topK,
  varentropy,
} from "../../src/reducers/mod.ts";

/** Every reducer of the library by its factory's name, with the parameters that matter, for rows of `vocabulary` logits. */
export function reducerTable(vocabulary: number, rows: number): Readonly<Record<string, Reducers>> {
  const ids = [...new Set([0, vocabulary >> 1, vocabulary - 1])];
  const labels = Array.from({ length: rows }, (_, row) => row % 3 === 2 ? -100 : (row * 611) % vocabulary);
  return {
    logSumExp: { lse: logSumExp(), pair: logSumExp({ pair: true }) },
    maximum: { best: maximum() },
    topK: {
      top1: topK(1),
      top5: topK(5),
      top70: topK(70),
      topAll: topK(Math.min(vocabulary + 3, 3000)),
      topBare: topK(9, { logprob: false }),
    },
    entropy: { nats: entropy(), bits: entropy({ unit: "bits" }) },
    varentropy: { varentropy: varentropy() },
    perplexity: { perplexity: perplexity() },
    margin: { margin: margin() },
    moments: { moments: moments() },
    target: { target: target(ids), targetRank: target(ids, { rank: true }) },
    label: { label: label(labels), labelRank: label(labels, { rank: true, shift: true }) },
    specials: { specials: specials() },
  };
}

/** All of them in one product. */
export function everyReducer(vocabulary: number, rows: number): Reducers {
  return Object.assign({}, ...Object.values(reducerTable(vocabulary, rows)));
}
