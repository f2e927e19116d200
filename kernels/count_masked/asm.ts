/** How many logits are masked. */
import { addCounts, countMask } from "../asm/lanes.ts";

/** How many logits are -Infinity. */
export function countMasked(logits: usize, count: i32): i32 {
  const masked = f32x4.splat(-Infinity);
  let a = i32x4.splat(0);
  let b = a;
  for (; count >= 8; count -= 8, logits += 32) {
    a = countMask(a, f32x4.eq(v128.load(logits), masked));
    b = countMask(b, f32x4.eq(v128.load(logits, 16), masked));
  }
  let found = addCounts(i32x4.add(a, b));
  for (; count > 0; count--, logits += 4) found += i32(f32.load(logits) == -Infinity);
  return found;
}
