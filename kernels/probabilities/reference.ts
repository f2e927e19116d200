import type { Kernels } from "../kernels.ts";
import { type Base, type BinaryExponent, binaryExponent } from "../reference/binary_exponent.ts";
import { exp2Fraction, powerOfTwo } from "../reference/elementary.ts";
import type { Views } from "../views.ts";

const y: BinaryExponent = { n: 0, f: 0 };

/** Writes `e^x / sum`, the sum given as mantissa and exponent. */
export function probabilities({ values, shift, base }: Views): Kernels["probabilities"] {
  return (logits, count, mapped, mantissa, exponent) => {
    scaleExp(values, logits >> shift, count, mapped >> shift, mantissa, exponent, base);
  };
}

/** `2^(n + f)` for any n: 0 below the float64 range, Infinity above it. */
function power(n: number, f: number): number {
  if (n < -1100) return 0;
  if (n > 1100) return Infinity;
  const half = Math.trunc(n / 2);
  return exp2Fraction(f) * powerOfTwo(half) * powerOfTwo(n - half);
}

/**
 * Writes `e^x / (mantissa 2^exponent)` for `count` logits from index `from` to index `to`.
 *
 * Specials: -Infinity gives 0; NaN gives NaN; +Infinity gives Infinity; a sum of 0 gives NaN. Cost: one read, one write.
 */
export function scaleExp(
  values: Float32Array | Float64Array,
  from: number,
  count: number,
  to: number,
  mantissa: number,
  exponent: number,
  base: Base,
): void {
  for (let i = 0; i < count; i++) values[to + i] = quotient(values[from + i], mantissa, exponent, base);
}

function quotient(x: number, mantissa: number, exponent: number, base: Base): number {
  if (!(mantissa > 0)) return NaN;
  if (!(x < Infinity)) return x;
  if (x === -Infinity) return 0;
  binaryExponent(x, base, y);
  return power(y.n - exponent, y.f) / mantissa;
}
