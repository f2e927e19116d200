import { checkOption, ParameterError, shown } from "../core/mod.ts";
import { softplus } from "../preference/inside.ts";

/**
 * The loss of direct preference optimisation below which a pair is ranked right: `ln(1 + e^(-beta c))` with
 * `c = ln pi_ref(l) - ln pi_ref(w)`, by how much the reference prefers the rejected completion. The larger c, the lower the loss must go.
 *
 * @example A pair that the reference has the wrong way round
 * ```ts
 * import { dpoDifficulty } from "@sluice/sluice/folds";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * assertAlmostEquals(dpoDifficulty(0.7, 0.1), 0.6587595555486971, 1e-12);
 * ```
 *
 * @param gap `c`, a finite number.
 * @param beta The beta of the policy, above 0.
 * @returns The loss, in nats.
 * @throws {ParameterError} If a number is out of its range.
 */
export function dpoDifficulty(gap: number, beta: number): number {
  if (!Number.isFinite(gap)) {
    throw new ParameterError(`Cannot use dpoDifficulty of ${shown(gap)}: wanted a finite number`);
  }
  return softplus(-checkOption("dpoDifficulty", "beta", BETA, beta) * gap);
}

const BETA = { type: "number", above: 0, help: "the beta of the policy" } as const;
