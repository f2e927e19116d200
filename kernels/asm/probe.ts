/** What the host asks to know whether relaxed multiply-adds round once: see `isFused`. No kernel. */

/** `a * b + c`, rounded once or twice. */
export function probeMultiplyAdd(a: f32, b: f32, c: f32): f32 {
  if (!ASC_FEATURE_RELAXED_SIMD) return a * b + c;
  const v = f32x4.relaxed_madd(f32x4.splat(a), f32x4.splat(b), f32x4.splat(c));
  return f32x4.extract_lane(v, 0);
}

/** `c - a * b`, rounded once or twice. */
export function probeNegatedMultiplyAdd(a: f32, b: f32, c: f32): f32 {
  if (!ASC_FEATURE_RELAXED_SIMD) return c - a * b;
  const v = f32x4.relaxed_nmadd(f32x4.splat(a), f32x4.splat(b), f32x4.splat(c));
  return f32x4.extract_lane(v, 0);
}
