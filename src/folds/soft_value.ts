import { exp, ln } from "../../kernels/mod.ts";
import { checkOption, optionsOf, ParameterError, shown } from "../core/mod.ts";
import { numbersOf } from "./_numbers_of.ts";

/** Options of {@linkcode softValue}. */
export interface SoftValueOptions {
  /** How strongly the policy is held to the reference, above 0. */
  readonly beta: number;
}

/**
 * The soft value of a state over a finite set of actions, `beta ln sum pi_ref(a) e^(Q(a) / beta)`, with the reference given by its logits or
 * log-probabilities: between the mean of Q under the reference (large beta) and its largest (small beta).
 *
 * Specials: an action at -Infinity is masked. Accuracy: 1e-15 relative to the larger of Q. Cost: two exponentials an action.
 *
 * @example Six actions
 * ```ts
 * import { softValue } from "@sluice/sluice/folds";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const reference = [1.5, -0.75, 3.25, 0, 2, -2.5], q = [0.5, 0.25, 2, -0.5, 1, -1];
 * assertAlmostEquals(softValue(reference, q, { beta: 0.5 }), 1.8140236585551315, 1e-12);
 * ```
 *
 * @param reference The logits of the reference, an action each; one must be finite.
 * @param q The values of the actions, finite.
 * @param options Beta.
 * @returns The value.
 * @throws {ParameterError} If beta is out of its range, or the lists are not of equal length or hold other numbers.
 */
export function softValue(reference: ArrayLike<number>, q: ArrayLike<number>, options: SoftValueOptions): number {
  const beta = checkOption("softValue", "beta", BETA, optionsOf("softValue", options, ["beta!"]).beta);
  const base = listOf(reference, "logits", (x) => x < Infinity), values = listOf(q, "values", Number.isFinite);
  if (base.length !== values.length || !base.some(Number.isFinite)) {
    throw new ParameterError(
      `Cannot use softValue of ${base.length} logits and ${values.length} values: wanted as many, and an action that is allowed`,
    );
  }
  return beta * (logSum(base.map((x, a) => x + values[a] / beta)) - logSum(base));
}

const BETA = { type: "number", above: 0, help: "how strongly the policy is held to the reference" } as const;

function listOf(list: ArrayLike<number>, what: string, fits: (x: number) => boolean): number[] {
  const numbers = numbersOf(list) ?? [NaN];
  if (numbers.every((x) => typeof x === "number" && fits(x))) return numbers;
  const wrong = numbers.find((x) => typeof x !== "number" || !fits(x));
  throw new ParameterError(`Cannot use softValue of ${what} with ${shown(wrong)}: wanted a list of numbers`);
}

function logSum(list: readonly number[]): number {
  const most = list.reduce((a, b) => Math.max(a, b), -Infinity);
  return most + ln(list.reduce((sum, x) => sum + exp(x - most), 0));
}
