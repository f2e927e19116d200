/** How many logits are greater than a value. */
import { addCounts, countMask } from "../asm/lanes.ts";
import { leastFloat } from "../asm/least_float.ts";

/** How many logits are greater than `value`. NaN never is. */
export function countGreater(logits: usize, count: i32, value: f64): i32 {
  const threshold = leastFloat(value, false);
  const limit = f32x4.splat(threshold);
  let a = i32x4.splat(0);
  let b = a;
  for (; count >= 8; count -= 8, logits += 32) {
    a = countMask(a, f32x4.ge(v128.load(logits), limit));
    b = countMask(b, f32x4.ge(v128.load(logits, 16), limit));
  }
  let found = addCounts(i32x4.add(a, b));
  for (; count > 0; count--, logits += 4) found += i32(f32.load(logits) >= threshold);
  return found;
}
