/** How many float64 logits are masked. */

/** How many logits are -Infinity. */
export function countMasked64(logits: usize, count: i32): i32 {
  const masked = f64x2.splat(-Infinity);
  let found = i64x2.splat(0);
  for (; count >= 2; count -= 2, logits += 16) found = i64x2.sub(found, f64x2.eq(v128.load(logits), masked));
  const rest = i32(count > 0 && f64.load(logits) == -Infinity);
  return <i32> (i64x2.extract_lane(found, 0) + i64x2.extract_lane(found, 1)) + rest;
}
