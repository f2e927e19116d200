import { checkLogits, type Logits, optionsOf } from "../core/mod.ts";
import { logSoftmax, softmax } from "../maps/mod.ts";
import { map, type MapOptions } from "./map.ts";

/** Options of {@linkcode normalize}. */
export interface NormalizeOptions extends MapOptions {
  /** Log-probabilities instead of probabilities. */
  readonly log?: boolean;
}

/**
 * The softmax of each row, `p = e^(x - max) / sum e^(x - max)`, or its logarithm: `map(logits, softmax())`.
 * Lazy, at most two reads a row, nothing materialised. For one row in memory, `normalizeRow` does the same without a stream.
 *
 * Specials: -Infinity becomes 0 (-Infinity in logs); rows with NaN, +Infinity or no allowed token become NaN, or what
 * `onInvalid` says. Accuracy: probabilities 3e-6 relative above 1e-37 (smaller ones may be 0), logs 2e-6 + 2 ulp.
 * Source: Dukhan and Ablavatski 2020, the two-pass softmax with the extended exponent.
 *
 * @example Odds of one to three
 * ```ts
 * import { fromArray, normalize } from "@sluice/sluice";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const [{ data }] = await Array.fromAsync(normalize(fromArray([0, Math.log(3)])).open());
 * assertAlmostEquals(data[1], 0.75, 1e-6);
 * ```
 *
 * @param logits What to normalise.
 * @param options `log`, invalid rows, backend, limits.
 * @returns Probabilities or log-probabilities, as logits of the same shape. Opened, they fail as those of `map`.
 * @throws {ParameterError} If these are no logits, or an option does not fit.
 */
export function normalize(logits: Logits, options: NormalizeOptions = {}): Logits {
  const known = ["log", "backend", "onInvalid", "reads", "rowCache", "spill"];
  const { log = false, ...rest } = optionsOf("normalize", options, known);
  checkLogits("normalize", logits);
  return map(logits, log ? logSoftmax() : softmax(), rest);
}
