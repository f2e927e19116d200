import { ln } from "../../../kernels/mod.ts";
import { define } from "../../core/mod.ts";
import type { KeepEpsilonOptions } from "./keep_epsilon.ts";
import { EPSILON, MIN_KEEP, TIES } from "./_options.ts";
import type { Stage } from "./stage.ts";

/** Options of {@linkcode keepEta}: those of {@linkcode keepEpsilon}. */
export type KeepEtaOptions = KeepEpsilonOptions;

/**
 * The eta cutoff: keeps the tokens of at least a probability `min(epsilon, sqrt(epsilon) e^-H)`, H the entropy, and the best `minKeep`.
 *
 * Source: Hewitt, Manning and Liang 2022, "Truncation Sampling as Language Model Desmoothing". Cost: as
 * `keepMinP`, and one more pass for the entropy.
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
 * @param options The least kept, and their ties.
 * @returns The stage.
 * @throws {ParameterError} If an option is out of range.
 */
export function keepEta(epsilon: number, options: KeepEtaOptions = {}): Stage {
  return keepEtaDefinition.call(options, epsilon);
}

/** Its row of the catalogue. */
export const keepEtaDefinition = /* @__PURE__ */ define({
  name: "keepEta",
  kind: "stage",
  help: "the same, by entropy",
  options: { epsilon: EPSILON, minKeep: MIN_KEEP, ties: TIES },
  make({ epsilon, minKeep, ties }, spec): Stage {
    const gap = ln(epsilon);
    return {
      spec,
      cut(ladder) {
        ladder.keepProbable(Math.min(gap, gap / 2 - ladder.entropy), minKeep, ties);
      },
    };
  },
});
