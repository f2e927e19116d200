import { ln } from "../../kernels/mod.ts";

/**
 * The entropy of a row's softmax in nats, from what a sweep with moments tells: `H = ln m - mean ln 2`, of the sum's mantissa m and the
 * mean of the binary exponents about its exponent; never less than 0.
 *
 * @example Two equal logits
 * ```ts
 * import { entropyOf } from "@sluice/sluice/row";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * // Both weigh 2^0, and their sum is 1 * 2^1: one binade above the mean.
 * assertAlmostEquals(entropyOf({ mantissa: 1, mean: -1 }), Math.LN2, 1e-15);
 * ```
 *
 * @param facts Of a row: mantissa, and mean, which is relative to the sum's exponent.
 * @returns H; NaN where either is.
 */
export function entropyOf({ mantissa, mean }: { readonly mantissa: number; readonly mean: number }): number {
  // The mean is taken from the sum's exponent on: nothing large cancels. One token with all the mass can come out a rounding below 0.
  return Math.max(0, ln(mantissa) - mean * Math.LN2);
}
