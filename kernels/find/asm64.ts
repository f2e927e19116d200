/** Where a float64 logit of a given value is. */

/** The lowest position whose logit equals `value`, or -1. */
export function find64(logits: usize, count: i32, value: f64): i32 {
  const wanted = f64x2.splat(value);
  let i = 0;
  for (; i + 2 <= count; i += 2, logits += 16) {
    const found = i64x2.bitmask(f64x2.eq(v128.load(logits), wanted));
    if (found != 0) return i + ctz<i32>(found);
  }
  return i < count && f64.load(logits) == value ? i : -1;
}
