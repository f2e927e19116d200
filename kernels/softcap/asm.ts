/**
 * `cap * tanh(x / cap)` in float64, rounded once: `tanh |z| = m / (m + 2)`, `m = e^(2|z|) - 1 = 2^n (e^r - 1) + (2^n - 1)`, with
 * `e^r - 1` by its Taylor series to r^10 (2^-40 of its value), so that nothing is lost near 0.
 */
import { LN2_64, LOG2_E_64, MAGIC_64, ONE_64, series, TABLE64, TWO_64 } from "../asm/exp64.ts";
import { highPair, joinPairs, SCRATCH } from "../asm/lanes.ts";

/** `tanh |z|` of two lanes; beyond 25 it is 1 in every bit. */
function tanhOf(magnitude: v128): v128 {
  const u = f64x2.pmin(f64x2.add(magnitude, magnitude), f64x2.splat(50.0));
  const magic = v128.load(TABLE64, MAGIC_64);
  const t = f64x2.add(f64x2.mul(u, v128.load(TABLE64, LOG2_E_64)), magic);
  const n = f64x2.sub(t, magic);
  const one = v128.load(TABLE64, ONE_64);
  const scale = i64x2.add(i64x2.shl(t, 52), one);
  const grown = f64x2.mul(scale, series(f64x2.sub(u, f64x2.mul(n, v128.load(TABLE64, LN2_64)))));
  const m = f64x2.add(grown, f64x2.sub(scale, one));
  return f64x2.div(m, f64x2.add(m, v128.load(TABLE64, TWO_64)));
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
  const a = cappedPair(x, cap, sign);
  const b = cappedPair(highPair(x), cap, sign);
  const capped = joinPairs(a, b);
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
