/** How many float64 logits are greater than a value. */

/** How many logits are greater than `value`. NaN never is. */
export function countGreater64(logits: usize, count: i32, value: f64): i32 {
  const limit = f64x2.splat(value);
  let found = i64x2.splat(0);
  for (; count >= 2; count -= 2, logits += 16) found = i64x2.sub(found, f64x2.gt(v128.load(logits), limit));
  const rest = i32(count > 0 && f64.load(logits) > value);
  return <i32> (i64x2.extract_lane(found, 0) + i64x2.extract_lane(found, 1)) + rest;
}
