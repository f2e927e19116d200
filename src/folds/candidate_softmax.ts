import { exp } from "../../kernels/mod.ts";
import { checkOption, optionsOf, ParameterError, shown } from "../core/mod.ts";
import { numbersOf } from "./_numbers_of.ts";

/** Options of {@linkcode candidateSoftmax}. */
export interface CandidateSoftmaxOptions {
  /** Scores are divided by it, above 0; 1 when absent. */
  readonly temperature?: number;
}

/**
 * Probabilities of a finite set of candidates by their scores, `p_i = e^(s_i / T) / sum e^(s_j / T)`: Luce's choice rule, for best-of-n,
 * minimum-Bayes-risk decoding, and weights over rationales.
 *
 * Specials: a score of -Infinity has the probability 0; all of them -Infinity, or one NaN or +Infinity, is refused. The same bits in every
 * engine. Cost: an exponential a candidate.
 *
 * @example Three completions by their utilities
 * ```ts
 * import { candidateSoftmax } from "@sluice/sluice/folds";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const [first, second] = candidateSoftmax([4.75, 6, 4]);
 * assertAlmostEquals(first, 0.20150282782905102, 1e-15);
 * assertAlmostEquals(second, 0.7033139760217741, 1e-15);
 * ```
 *
 * @param scores One score a candidate, at least one.
 * @param options The temperature.
 * @returns The probabilities, in the same order; their sum is 1.
 * @throws {ParameterError} If the temperature is out of its range, or the scores are none.
 */
export function candidateSoftmax(scores: ArrayLike<number>, options: CandidateSoftmaxOptions = {}): number[] {
  const given = optionsOf("candidateSoftmax", options, ["temperature"]);
  const temperature = checkOption("candidateSoftmax", "temperature", TEMPERATURE, given.temperature);
  const list = numbersOf(scores);
  if (!list) throw new ParameterError(`Cannot use candidateSoftmax of ${shown(scores)}: wanted a list of scores`);
  const most = list.reduce((a, b) => Math.max(a, b), -Infinity);
  if (!list.every((score) => typeof score === "number" && score < Infinity) || most === -Infinity) {
    const found = list.find((score) => typeof score !== "number" || !(score < Infinity)) ?? list[0];
    throw new ParameterError(
      `Cannot use candidateSoftmax of scores with ${
        shown(found)
      }: wanted numbers below Infinity, and one that is finite`,
    );
  }
  const weights = list.map((score) => exp((score - most) / temperature));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

const TEMPERATURE = { type: "number", above: 0, default: 1, help: "scores are divided by it" } as const;
