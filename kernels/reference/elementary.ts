/**
 * The exponential and the logarithm in float64, made of `+ - * /` and bit access alone, so that every JavaScript
 * engine gives the same bits (the language leaves `Math.exp` and `Math.log` to each engine).
 *
 * @module
 */

const LOG2_E = 1.4426950408889634;
/** ln 2 cut to 38 bits: an exponent times it is exact. */
const LN2_HI = 0.6931471805582987;
/** What is missing: ln 2 - LN2_HI. */
const LN2_LO = 1.6465949582897082e-12;
/** 1.5 * 2^52: adding and subtracting it rounds to the nearest integer, ties to even. */
const ROUND = 6755399441055744;

const f64 = new Float64Array(1);
const words = new Int32Array(f64.buffer);

/** `2^k` for an integer k in -1022..1023, by its bits. */
export function powerOfTwo(k: number): number {
  words[0] = 0;
  words[1] = (k + 1023) << 20;
  return f64[0];
}

/** `floor(log2 |x|)` of a normal float64, from its bits. */
export function exponentOf(x: number): number {
  f64[0] = x;
  return ((words[1] >>> 20) & 0x7ff) - 1023;
}

/** The upper 48 of the 63 bits below the sign, as an integer: grows with |x|. */
export function leadingBits(x: number): number {
  f64[0] = x;
  return (words[1] & 0x7fffffff) * 65536 + (words[0] >>> 16);
}

/**
 * `e^r - 1 - r` for `|r| <= 0.35`: the Taylor series to r^14, whose remainder is below 2^-60 of the result.
 */
export function expTail(r: number): number {
  let p = 1 / 87178291200;
  p = p * r + 1 / 6227020800;
  p = p * r + 1 / 479001600;
  p = p * r + 1 / 39916800;
  p = p * r + 1 / 3628800;
  p = p * r + 1 / 362880;
  p = p * r + 1 / 40320;
  p = p * r + 1 / 5040;
  p = p * r + 1 / 720;
  p = p * r + 1 / 120;
  p = p * r + 1 / 24;
  p = p * r + 1 / 6;
  p = p * r + 0.5;
  return p * r * r;
}

/** `2^f` for `|f| <= 0.5`. */
export function exp2Fraction(f: number): number {
  const high = f * LN2_HI;
  const low = f * LN2_LO;
  return 1 + (high + (low + expTail(high + low)));
}

/**
 * `e^x`, within 1 ulp over the whole range, subnormal results included.
 *
 * Specials: NaN gives NaN, -Infinity gives 0, anything above 709.79 gives Infinity.
 * Method: `x = n ln 2 + r` with ln 2 in two parts, then the series of `e^r`, then the power of two in two steps.
 *
 * @example e itself, and a masked logit
 * ```ts
 * import { exp } from "@sluice/sluice/kernels";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * assertAlmostEquals(exp(1), Math.E, 1e-15);
 * assertEquals(exp(-Infinity), 0);
 * ```
 *
 * @param x Any number.
 * @returns `e^x`.
 */
export function exp(x: number): number {
  if (!(x <= 709.782712893384)) return x > 0 ? Infinity : NaN;
  if (x < -745.1332191019412) return 0;
  const n = x * LOG2_E + ROUND - ROUND;
  const high = x - n * LN2_HI;
  const low = n * LN2_LO;
  const r = high - low;
  const p = 1 + (high + (expTail(r) - low));
  const half = Math.trunc(n / 2);
  return p * powerOfTwo(half) * powerOfTwo(n - half);
}

/**
 * The natural logarithm, within 1 ulp over the whole range, subnormal arguments included.
 *
 * Specials: 0 gives -Infinity, Infinity gives Infinity, negative numbers and NaN give NaN.
 * Method: `x = 2^k m`, m in [sqrt 1/2, sqrt 2); with `g = m - 1`, `s = g / (2 + g)`, the area tangent series of s.
 *
 * @example The logarithms of 8 and of 0
 * ```ts
 * import { ln } from "@sluice/sluice/kernels";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * assertAlmostEquals(ln(8), 3 * Math.LN2, 1e-15);
 * assertEquals(ln(0), -Infinity);
 * ```
 *
 * @param x Any number.
 * @returns `ln x`.
 */
export function ln(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  if (x === Infinity) return x;
  let k = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984;
    k = -54;
  }
  f64[0] = x;
  k += (words[1] >>> 20) - 1023;
  words[1] = (words[1] & 0xfffff) | 0x3ff00000;
  if (f64[0] > Math.SQRT2) {
    f64[0] *= 0.5;
    k++;
  }
  const g = f64[0] - 1;
  const s = g / (2 + g);
  const half = 0.5 * g * g;
  const series = s * (half + areaTail(s * s));
  return k * LN2_HI - ((half - (series + k * LN2_LO)) - g);
}

/** `2 (z/3 + z^2/5 + z^3/7 + ...)` for `z = s^2 <= 0.0295`: eleven terms leave less than 2^-60. */
function areaTail(z: number): number {
  let p = 2 / 23;
  p = p * z + 2 / 21;
  p = p * z + 2 / 19;
  p = p * z + 2 / 17;
  p = p * z + 2 / 15;
  p = p * z + 2 / 13;
  p = p * z + 2 / 11;
  p = p * z + 2 / 9;
  p = p * z + 2 / 7;
  p = p * z + 2 / 5;
  p = p * z + 2 / 3;
  return p * z;
}

/** `e^x - 1` without loss near 0, for `|x| <= 60`. */
export function expMinusOne(x: number): number {
  const n = x * LOG2_E + ROUND - ROUND;
  const r = x - n * LN2_HI - n * LN2_LO;
  const scale = powerOfTwo(n);
  return scale * (r + expTail(r)) + (scale - 1);
}
