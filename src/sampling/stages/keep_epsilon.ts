import { ln } from "../../../kernels/mod.ts";
import { define } from "../../core/mod.ts";
import { EPSILON, MIN_KEEP, TIES } from "./_options.ts";
import type { Stage } from "./stage.ts";
import type { Ties } from "./ties.ts";

/** Options of {@linkcode keepEpsilon}. */
export interface KeepEpsilonOptions {
  /** Fewest tokens kept; 1 when absent. */
  readonly minKeep?: number;
  /** What logits do that equal the last of the best `minKeep`: `"lowestId"` when absent, so that no more stay for its sake. */
  readonly ties?: Ties;
}

/**
 * The epsilon cutoff: keeps the tokens of at least a probability `epsilon`, or within 2^-24 of it, and the best `minKeep`.
 *
 * Source: Hewitt, Manning and Liang 2022, "Truncation Sampling as Language Model Desmoothing". Cost: as
 * `keepMinP`; for `epsilon` above 1/255 nothing.
 *
 * @example Nothing below one in twenty
 * ```ts
 * import { keepEpsilon, sampler } from "@sluice/sluice/sampling";
 * import { assertEquals } from "@std/assert";
 *
 * const row = Float32Array.from([0.87, 0.099, 0.001, 0.03], Math.log);
 * assertEquals([...sampler({ chain: [keepEpsilon(0.05)] }).distribution(row).ids], [0, 1]);
 * ```
 *
 * @param epsilon The least probability: above 0, below 1.
 * @param options The least kept, and their ties.
 * @returns The stage.
 * @throws {ParameterError} If an option is out of range.
 */
export function keepEpsilon(epsilon: number, options: KeepEpsilonOptions = {}): Stage {
  return keepEpsilonDefinition.call(options, epsilon);
}

/** Its row of the catalogue. */
export const keepEpsilonDefinition = /* @__PURE__ */ define({
  name: "keepEpsilon",
  kind: "stage",
  help: "those of at least this probability",
  options: { epsilon: EPSILON, minKeep: MIN_KEEP, ties: TIES },
  make({ epsilon, minKeep, ties }, spec): Stage {
    const gap = ln(epsilon);
    return {
      spec,
      cut: (ladder) => ladder.keepProbable(gap, minKeep, ties),
    };
  },
});
