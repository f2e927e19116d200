/** A range of logits, the others masked. */
import { leastFloat } from "../asm/least_float.ts";

/** Writes each logit of `low <= x < high`, and -Infinity for every other, to `mapped`. Cost: a read and a write. */
export function within(logits: usize, count: i32, low: f64, high: f64, mapped: usize): void {
  const least = leastFloat(low, true);
  const end = leastFloat(high, true);
  const lows = f32x4.splat(least);
  const highs = f32x4.splat(end);
  const masked = f32x4.splat(-Infinity);
  for (; count >= 4; count -= 4, logits += 16, mapped += 16) {
    const x = v128.load(logits);
    v128.store(mapped, v128.bitselect(x, masked, v128.and(f32x4.ge(x, lows), f32x4.lt(x, highs))));
  }
  for (; count > 0; count--, logits += 4, mapped += 4) {
    const x = f32.load(logits);
    f32.store(mapped, x >= least && x < end ? x : -Infinity);
  }
}
