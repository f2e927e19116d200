/** Where a logit of a given value is. */

/** The lowest position whose logit equals `value`, or -1. */
export function find(logits: usize, count: i32, value: f64): i32 {
  const float = <f32> value;
  if (<f64> float != value) return -1;
  const wanted = f32x4.splat(float);
  let i = 0;
  for (; i + 8 <= count; i += 8, logits += 32) {
    const a = f32x4.eq(v128.load(logits), wanted);
    const b = f32x4.eq(v128.load(logits, 16), wanted);
    if (v128.any_true(v128.or(a, b))) return i + ctz<i32>(i32x4.bitmask(a) | (i32x4.bitmask(b) << 4));
  }
  for (; i < count; i++, logits += 4) if (f32.load(logits) == float) return i;
  return -1;
}
