/** What a float64 exponential on two lanes is made of: constants, and the Taylor series. */

/** In order: log2 e, ln 2, the magic number that rounds, 1, 2, then the coefficients of the series from 1/2! to 1/10!. */
export const TABLE64: usize = memory.data<f64>([
  1.4426950408889634,
  1.4426950408889634,
  0.6931471805599453,
  0.6931471805599453,
  6755399441055744.0,
  6755399441055744.0,
  1.0,
  1.0,
  2.0,
  2.0,
  0.5,
  0.5,
  0.16666666666666666,
  0.16666666666666666,
  0.041666666666666664,
  0.041666666666666664,
  0.008333333333333333,
  0.008333333333333333,
  0.001388888888888889,
  0.001388888888888889,
  0.0001984126984126984,
  0.0001984126984126984,
  0.0000248015873015873,
  0.0000248015873015873,
  0.0000027557319223985893,
  0.0000027557319223985893,
  2.755731922398589e-7,
  2.755731922398589e-7,
], 16);

/** Byte offsets in the table. */
export const LOG2_E_64: usize = 0;
export const LN2_64: usize = 16;
export const MAGIC_64: usize = 32;
export const ONE_64: usize = 48;
export const TWO_64: usize = 64;

function step(p: v128, r: v128, offset: usize): v128 {
  const c = v128.load(TABLE64 + offset);
  if (ASC_FEATURE_RELAXED_SIMD) return f64x2.relaxed_madd(p, r, c);
  return f64x2.add(f64x2.mul(p, r), c);
}

/** `e^r - 1` for `|r| <= 0.35`, to 2^-40 of its value. */
export function series(r: v128): v128 {
  const a = step(step(step(v128.load(TABLE64, 208), r, 192), r, 176), r, 160);
  const b = step(step(step(a, r, 144), r, 128), r, 112);
  return f64x2.add(f64x2.mul(f64x2.mul(step(step(b, r, 96), r, 80), r), r), r);
}
