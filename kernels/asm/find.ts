/** The lowest position whose logit equals `value`, or -1. */
export function find(logits: usize, count: i32, value: f32): i32 {
  const wanted = f32x4.splat(value);
  let i = 0;
  for (; i + 8 <= count; i += 8, logits += 32) {
    const a = f32x4.eq(v128.load(logits), wanted);
    const b = f32x4.eq(v128.load(logits, 16), wanted);
    if (v128.any_true(v128.or(a, b))) return i + ctz<i32>(i32x4.bitmask(a) | (i32x4.bitmask(b) << 4));
  }
  for (; i < count; i++, logits += 4) if (f32.load(logits) == value) return i;
  return -1;
}
