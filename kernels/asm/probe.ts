/** Whether multiply-adds round once: `a * a + c` for four lanes of a, with c the product rounded. The caller judges. */
export function probeMultiplyAdd(a: f32, b: f32, c: f32): f32 {
  if (!ASC_FEATURE_RELAXED_SIMD) return a * b + c;
  const v = f32x4.relaxed_madd(f32x4.splat(a), f32x4.splat(b), f32x4.splat(c));
  return f32x4.extract_lane(v, 0);
}

/** As above for `c - a * b`. */
export function probeNegatedMultiplyAdd(a: f32, b: f32, c: f32): f32 {
  if (!ASC_FEATURE_RELAXED_SIMD) return c - a * b;
  const v = f32x4.relaxed_nmadd(f32x4.splat(a), f32x4.splat(b), f32x4.splat(c));
  return f32x4.extract_lane(v, 0);
}
