/**
 * The steps of `2^(n + f)` on four lanes, shared by all kernels that weigh logits. Each is small enough to be inlined.
 */
import { C1, C2, C3, LOG2_E, MAGIC, TABLE } from "./constants.ts";

/** The even integer nearest to a logit's exponent: even, so that exact ties of the rounding fall alike under any reference. */
export function evenExponent(x: f32): f32 {
  return nearest<f32>(x * LOG2_E * 0.5) * 2.0;
}

/** `1.5 * 2^23 + 127 - N`, exact. */
export function magicOf(reference: f32): f32 {
  return MAGIC - reference;
}

/** The logit at which the biased exponent has come down to 0, so that everything below, -Infinity too, weighs exactly 0. */
export function leastLogit(reference: f32): f32 {
  return <f32> ((<f64> reference - 127.0) / <f64> 1.4426950408889634);
}

/** `a * b + c`: rounded once in the fused build, twice in the plain one. */
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** What is left of a logit when `n = t - magic` binades are taken off: in binades (fused) or in nats (plain). */
export function remainder(x: v128, t: v128, scale: v128, magic: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(x, scale, f32x4.sub(magic, t));
  const n = f32x4.sub(t, magic);
  const r = f32x4.sub(x, f32x4.mul(n, v128.load(TABLE, C1)));
  return f32x4.sub(f32x4.sub(r, f32x4.mul(n, v128.load(TABLE, C2))), f32x4.mul(n, v128.load(TABLE, C3)));
}

/**
 * `p0 + p1 f + ... + p5 f^5`: by Horner's rule where a step is one instruction; else in pairs, `(p4 + p5 f) g^2 + (p2 + p3 f) g +
 * (p0 + p1 f)` with `g = f^2`, nested in g, whose shorter chain is worth its one more product (7 % of the sweep).
 */
export function polynomial(f: v128, p0: v128, p1: v128, p2: v128, p3: v128, p4: v128, p5: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) {
    const high = f32x4.relaxed_madd(f32x4.relaxed_madd(p5, f, p4), f, p3);
    return f32x4.relaxed_madd(f32x4.relaxed_madd(f32x4.relaxed_madd(high, f, p2), f, p1), f, p0);
  }
  const g = f32x4.mul(f, f);
  const high = f32x4.add(f32x4.mul(p5, f), p4);
  const middle = f32x4.add(f32x4.mul(p3, f), p2);
  const low = f32x4.add(f32x4.mul(p1, f), p0);
  return f32x4.add(f32x4.mul(f32x4.add(f32x4.mul(high, g), middle), g), low);
}

/** `y - N` of a logit, in binades: in the fused build in one rounding, else from the two parts that are there. */
export function distance(x: v128, t: v128, f: v128, scale: v128, magic: v128, negated: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(x, scale, negated);
  return f32x4.add(f32x4.add(f32x4.sub(t, magic), negated), f32x4.mul(f, scale));
}

/** Each lane, but 0 for those less than `least`; NaN stays NaN. */
export function noLess(x: v128, least: v128): v128 {
  return v128.andnot(x, f32x4.lt(x, least));
}
