import { define } from "../../core/mod.ts";
import { MIN_KEEP, TIES } from "./_options.ts";
import type { Stage } from "./stage.ts";
import type { Ties } from "./ties.ts";

/** Options of {@linkcode keepTopK}. */
export interface KeepTopKOptions {
  /** What equal logits at the cut do: `"lowestId"` when absent, so that exactly k stay. */
  readonly ties?: Ties;
  /** Fewest tokens kept; 1 when absent. */
  readonly minKeep?: number;
}

/**
 * Keeps the k largest logits; `max(k, minKeep)` of them. More than there are keeps all.
 *
 * `ties: "all"` keeps every token tied with the k-th, as transformers and vLLM do. At the front of a chain with k up to 256 no
 * exponential is computed at all. Masked tokens are never among them. Cost: the sweep for the largest and a heap of k up to 256; above
 * that some passes over kept weights.
 *
 * @example The two best, and all that tie with the second
 * ```ts
 * import { keepTopK, sampler } from "@sluice/sluice/sampling";
 * import { assertEquals } from "@std/assert";
 *
 * const row = Float32Array.of(1, 5, 3, 3);
 * assertEquals([...sampler({ chain: [keepTopK(2)] }).distribution(row).ids], [1, 2]);
 * assertEquals([...sampler({ chain: [keepTopK(2, { ties: "all" })] }).distribution(row).ids], [1, 2, 3]);
 * ```
 *
 * @param k How many; a whole number of at least 1.
 * @param options Ties, the least kept.
 * @returns The stage.
 * @throws {ParameterError} If an option is out of range.
 */
export function keepTopK(k: number, options: KeepTopKOptions = {}): Stage {
  return keepTopKDefinition.call(options, k);
}

/** Its row of the catalogue. */
export const keepTopKDefinition = /* @__PURE__ */ define({
  name: "keepTopK",
  kind: "stage",
  help: "the k best",
  options: {
    k: { type: "whole", least: 1, argument: true, code: "E_K_RANGE", help: "how many" },
    ties: TIES,
    minKeep: MIN_KEEP,
  },
  make({ k, ties, minKeep }, spec): Stage {
    const count = Math.max(k, minKeep);
    return {
      spec,
      ...(ties === "lowestId" ? { most: count } : { mostWithoutTies: count }),
      cut: (ladder) => ladder.keepCount(count, ties),
    };
  },
});
