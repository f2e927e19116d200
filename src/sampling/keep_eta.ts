import { ln } from "../../kernels/mod.ts";
import { checkCount, optionsOf, refuse } from "./_refuse.ts";
import type { Stage } from "./stage.ts";

/** Options of {@linkcode keepEta}. */
export interface KeepEtaOptions {
  /** Fewest tokens kept; 1 when absent. */
  readonly minKeep?: number;
}

/**
 * The eta cutoff: keeps the tokens of at least a probability `min(epsilon, sqrt(epsilon) e^-H)`, H the entropy, and the best `minKeep`.
 *
 * Source: Hewitt, Manning and Liang 2022, "Truncation Sampling as Language Model Desmoothing". Cost: the sweep with moments.
 *
 * @example A sure row keeps its best token alone
 * ```ts
 * import { keepEta, sampler } from "@sluice/sluice/sampling";
 * import { assertEquals } from "@std/assert";
 *
 * const row = Float32Array.from([0.01, 0.04, 0.9, 0.05], Math.log);
 * assertEquals([...sampler({ chain: [keepEta(0.0625)] }).distribution(row).ids], [2]);
 * ```
 *
 * @param epsilon Above 0, below 1.
 * @param options The least kept.
 * @returns The stage.
 * @throws {ParameterError} If an option is out of range.
 */
export function keepEta(epsilon: number, options: KeepEtaOptions = {}): Stage {
  const { minKeep = 1 } = optionsOf("keepEta", options);
  if (typeof epsilon !== "number" || !(epsilon > 0 && epsilon < 1)) {
    refuse("keepEta", "epsilon", epsilon, "a number above 0, below 1");
  }
  checkCount("keepEta", "minKeep", minKeep, 1);
  const gap = ln(epsilon);
  return {
    spec: { name: "keepEta", params: { epsilon, minKeep }, inputs: [] },
    needs: "entropy",
    cut(ladder) {
      const low = gap / 2 - ladder.entropy;
      ladder.keepProbable(Math.min(gap, low), minKeep, low < gap + ladder.entropyError ? ladder.entropyError : 0);
    },
  };
}
