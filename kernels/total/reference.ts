import type { Kernels } from "../kernels.ts";
import { Total } from "../layout.ts";
import { type Base, type BinaryExponent, binaryExponent } from "../reference/binary_exponent.ts";
import { BINS, DIGITS, RAISE } from "../reference/digits.ts";
import { exponentOf, ln, powerOfTwo } from "../reference/elementary.ts";
import type { Views } from "../views.ts";

// Engines fold a constant of the module itself, not one that is imported: a fifth of the time.
const TWO_32 = 4294967296;
const y: BinaryExponent = { n: 0, f: 0 };

/**
 * Reads an accumulator without changing it and writes the results in the order of `Total`.
 *
 * An empty sum gives mantissa, exponent, mean and mean square 0 and log-sum -Infinity, so that maximum + log-sum is
 * right; a maximum of +Infinity gives log-sum 0 for the same reason.
 * Method: per digit `U = T - jD`, `R = W - 2jT + j^2 D` with `j = i - 4` moves every bin's moments to the top bin's base,
 * in integers; carries are resolved in integers; only then are the first four digits rounded to float64. The log-sum takes
 * the maximum's own exponent `n + f` off the sum's exponent before anything is multiplied, so large offsets cancel exactly.
 */
export function total({ f64, i32, base }: Views): Kernels["total"] {
  return (slot, out) => totalSlot(f64, i32, slot >> 3, out >> 3, base);
}

function totalSlot(f64: Float64Array, words: Int32Array, slot: number, out: number, base: Base): void {
  const maximum = f64[slot];
  f64[out + Total.maximum] = maximum;
  f64[out + Total.mantissa] = 0;
  f64[out + Total.exponent] = 0;
  f64[out + Total.mean] = 0;
  f64[out + Total.meanSquare] = 0;
  f64[out + Total.logSum] = -Infinity;
  const top = f64[slot + 1];
  if (top === -Infinity) {
    if (maximum === Infinity) f64[out + Total.logSum] = 0;
    return;
  }
  const at = 2 * slot + DIGITS;
  const sum = combineSums(words, at);
  const e = exponentOf(sum);
  const mantissa = sum * powerOfTwo(-e);
  const exponent = 32 * top + e;
  f64[out + Total.mantissa] = mantissa;
  f64[out + Total.exponent] = exponent;
  const moment = at + 2 * BINS;
  if (words[moment] !== 0 || words[moment + 1] !== 0) writeMean(f64, words, at, out, sum, e);
  f64[out + Total.logSum] = maximum === Infinity ? 0 : logSumOf(maximum, mantissa, exponent, base);
}

/** The mean and the mean square, in binades from the sum's exponent. */
function writeMean(f64: Float64Array, words: Int32Array, at: number, out: number, sum: number, e: number): void {
  const u = 32 * (combine(words, at, 0, 1, 0) / sum);
  f64[out + Total.mean] = u - e;
  const square = at + 4 * BINS;
  if (words[square] === 0 && words[square + 1] === 0) return;
  const r = 1024 * (combine(words, at, 0, 0, 1) / sum);
  f64[out + Total.meanSquare] = r - 2 * e * u + e * e;
}

/** `ln(mantissa 2^exponent / e^maximum)`; never below 0, as the maximum is one of the terms, so less is rounding. */
export function logSumOf(maximum: number, mantissa: number, exponent: number, base: Base): number {
  binaryExponent(maximum, base, y);
  const binades = (exponent - y.n) - y.f;
  return Math.max(0, ln(mantissa) * ratio(base) + binades / base.hi);
}

/** `log2(e) / (hi + lo)`: 1 but for a base cut to float32. */
function ratio(base: Base): number {
  return base.lo === 0 ? 1.4426950408889634 / base.hi : 1;
}

/** The same as `combine(words, at, 1, 0, 0)`, from the lowest digit that is there: short rows have but three. */
function combineSums(words: Int32Array, at: number): number {
  let carry = 0;
  let value = 0;
  let i = BINS - 1;
  while (i > 0 && (words[at + 2 * i] | words[at + 2 * i + 1]) === 0) i--;
  for (; i > 0; i--) {
    const low = (words[at + 2 * i] >>> 0) + carry;
    const over = Math.floor(low / TWO_32);
    value = i > 3 ? 0 : value / TWO_32 + (low - over * TWO_32);
    carry = over + words[at + 2 * i + 1];
  }
  return words[at + 1] * TWO_32 + (words[at] >>> 0) + carry + value / TWO_32;
}

/**
 * One of D, U or R of the whole accumulator in units of the top bin, chosen by the factors (1,0,0), (0,1,0), (0,0,1).
 * All eight digits take part in the carries, from the bottom; the result is the top four digits' value.
 */
function combine(words: Int32Array, at: number, d: number, u: number, r: number): number {
  let carry = 0;
  let value = 0;
  for (let i = BINS - 1; i >= 0; i--) {
    const j = i - RAISE;
    const a = d - u * j + r * j * j;
    const b = u - 2 * j * r;
    const at2 = at + 2 * i;
    const low = a * (words[at2] >>> 0) + b * (words[at2 + 2 * BINS] >>> 0) + r * (words[at2 + 4 * BINS] >>> 0) + carry;
    const high = a * words[at2 + 1] + b * words[at2 + 2 * BINS + 1] + r * words[at2 + 4 * BINS + 1];
    carry = Math.floor(low / TWO_32);
    const digit = low - carry * TWO_32;
    carry += high;
    if (i === 0) return (carry * TWO_32 + digit) + value / TWO_32;
    value = i > 3 ? 0 : value / TWO_32 + digit;
  }
  return value;
}
