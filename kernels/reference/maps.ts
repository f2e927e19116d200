import { type Base, type BinaryExponent, binaryExponent } from "./binary_exponent.ts";
import { exp2Fraction, expMinusOne, powerOfTwo } from "./elementary.ts";

/** Memory seen as logits. */
export type Elements = Float32Array | Float64Array;

const y: BinaryExponent = { n: 0, f: 0 };

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
  logits: Elements,
  from: number,
  count: number,
  to: number,
  mantissa: number,
  exponent: number,
  base: Base,
): void {
  for (let i = 0; i < count; i++) logits[to + i] = quotient(logits[from + i], mantissa, exponent, base);
}

function quotient(x: number, mantissa: number, exponent: number, base: Base): number {
  if (!(mantissa > 0)) return NaN;
  if (!(x < Infinity)) return x;
  if (x === -Infinity) return 0;
  binaryExponent(x, base, y);
  return power(y.n - exponent, y.f) / mantissa;
}

/** Writes `(x - maximum) - logSum`. -Infinity stays -Infinity unless the maximum is -Infinity too: then NaN. */
export function subtract(
  logits: Elements,
  from: number,
  count: number,
  to: number,
  maximum: number,
  logSum: number,
): void {
  for (let i = 0; i < count; i++) logits[to + i] = (logits[from + i] - maximum) - logSum;
}

/** Replaces each logit by `x / by`, rounded to the element type: of float32 numbers that is their float32 quotient. */
export function divideBy(logits: Elements, from: number, count: number, by: number): void {
  for (let i = from; i < from + count; i++) logits[i] = logits[i] / by;
}

/**
 * Replaces each logit by `cap * tanh(x / cap)`: `tanh |z| = m / (m + 2)` with `m = e^(2|z|) - 1`.
 *
 * Specials: NaN stays NaN, +Infinity gives the cap, -Infinity (a mask) stays.
 */
export function softcapBy(logits: Elements, from: number, count: number, cap: number): void {
  for (let i = from; i < from + count; i++) {
    const x = logits[i];
    if (x !== -Infinity) logits[i] = cap * tanh(x / cap);
  }
}

function tanh(z: number): number {
  const m = expMinusOne(Math.min(2 * Math.abs(z), 50));
  const t = m / (m + 2);
  return z < 0 ? -t : z === 0 ? z : t;
}
