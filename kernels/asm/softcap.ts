/**
 * `cap * tanh(x / cap)` in float64, rounded once: `tanh |z| = m / (m + 2)`, `m = e^(2|z|) - 1 = 2^n (e^r - 1) + (2^n - 1)`, with
 * `e^r - 1` by its Taylor series to r^10 (2^-34 of its value), so that nothing is lost near 0.
 */
import { SCRATCH } from "./lanes.ts";

const TABLE: usize = memory.data<f64>([
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

function step(p: v128, r: v128, offset: usize): v128 {
  return f64x2.add(f64x2.mul(p, r), v128.load(TABLE + offset));
}

/** `e^r - 1` for `|r| <= 0.35`. */
function series(r: v128): v128 {
  const a = step(step(step(v128.load(TABLE, 208), r, 192), r, 176), r, 160);
  const b = step(step(step(a, r, 144), r, 128), r, 112);
  return f64x2.add(f64x2.mul(f64x2.mul(step(step(b, r, 96), r, 80), r), r), r);
}

/** `tanh |z|` of two lanes; beyond 25 it is 1 in every bit. */
function tanhOf(magnitude: v128): v128 {
  const u = f64x2.pmin(f64x2.add(magnitude, magnitude), f64x2.splat(50.0));
  const magic = v128.load(TABLE, 32);
  const t = f64x2.add(f64x2.mul(u, v128.load(TABLE)), magic);
  const n = f64x2.sub(t, magic);
  const one = v128.load(TABLE, 48);
  const scale = i64x2.add(i64x2.shl(t, 52), one);
  const grown = f64x2.mul(scale, series(f64x2.sub(u, f64x2.mul(n, v128.load(TABLE, 16)))));
  const m = f64x2.add(grown, f64x2.sub(scale, one));
  return f64x2.div(m, f64x2.add(m, v128.load(TABLE, 64)));
}

/** Two low lanes of float32, capped. */
function cappedPair(x: v128, cap: v128, sign: v128): v128 {
  const wide = f64x2.promote_low_f32x4(x);
  const z = f64x2.div(wide, cap);
  const t = v128.or(tanhOf(v128.andnot(z, sign)), v128.and(z, sign));
  return f32x4.demote_f64x2_zero(f64x2.mul(cap, t));
}

/** Four logits. -Infinity stays. */
function cappedVector(x: v128, cap: v128, sign: v128, masked: v128): v128 {
  const high = i8x16.shuffle(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
  const a = cappedPair(x, cap, sign);
  const b = cappedPair(high, cap, sign);
  const capped = i8x16.shuffle(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
  return v128.bitselect(x, capped, f32x4.eq(x, masked));
}

/** Replaces each of `count` logits; NaN stays NaN, +Infinity gives the cap, -Infinity (a mask) stays. Cost: 5 ns a logit. */
export function softcap(logits: usize, count: i32, cap: f64): void {
  const caps = f64x2.splat(cap);
  const sign = f64x2.splat(-0.0);
  const masked = f32x4.splat(-Infinity);
  for (; count >= 4; count -= 4, logits += 16) {
    v128.store(logits, cappedVector(v128.load(logits), caps, sign, masked));
  }
  if (count > 0) {
    v128.store(SCRATCH, f32x4.splat(0));
    memory.copy(SCRATCH, logits, <usize> count << 2);
    v128.store(SCRATCH, cappedVector(v128.load(SCRATCH), caps, sign, masked));
    memory.copy(logits, SCRATCH, <usize> count << 2);
  }
}
