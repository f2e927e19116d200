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

/**
 * The least share that is written, 9.4e-38 of float32 and 2.8e-306 of float64: what is less is 0. Above it no weight that is relative to
 * its tile's reference is subnormal, so that no share has a trace of that reference.
 */
export function leastShareOf(values: Float32Array | Float64Array): number {
  return values instanceof Float32Array ? 2 ** -123 : 2 ** -1015;
}

/** `x 2^k` for any k: 0 far below the float64 range, Infinity far above it. */
export function timesPower(x: number, k: number): number {
  const binades = Math.min(Math.max(k, -2000), 2000);
  const half = Math.trunc(binades / 2);
  return x * powerOfTwo(half) * powerOfTwo(binades - half);
}

/**
 * Writes `e^x / (mantissa 2^exponent)` for `count` logits from index `from` to index `to`: the weight, rounded as it would be stored, over
 * the sum.
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
  const least = leastShareOf(values);
  const rounds = values instanceof Float32Array;
  for (let i = 0; i < count; i++) {
    const share = quotient(values[from + i], mantissa, exponent, base, rounds);
    values[to + i] = share < least ? 0 : share;
  }
}

function quotient(x: number, mantissa: number, exponent: number, base: Base, rounds: boolean): number {
  if (!(mantissa > 0)) return NaN;
  if (!(x < Infinity)) return x;
  if (x === -Infinity) return 0;
  binaryExponent(x, base, y);
  const weight = exp2Fraction(y.f);
  return timesPower(rounds ? Math.fround(weight) : weight, y.n - exponent) / mantissa;
}
