/** The log-softmax, once the log-sum-exp is known. */
import { highPair, joinPairs } from "../asm/lanes.ts";

/** `(x - maximum) - logSum` of the two low lanes in float64. */
function subtractPair(x: v128, maximum: v128, logSum: v128): v128 {
  return f64x2.sub(f64x2.sub(f64x2.promote_low_f32x4(x), maximum), logSum);
}

/** `(x - maximum) - logSum` of four logits, rounded to float32 at the end. */
function subtractVector(x: v128, maximum: v128, logSum: v128): v128 {
  const a = f32x4.demote_f64x2_zero(subtractPair(x, maximum, logSum));
  const b = f32x4.demote_f64x2_zero(subtractPair(highPair(x), maximum, logSum));
  return joinPairs(a, b);
}

/** Writes `(x - maximum) - logSum`, rounded once; -Infinity stays -Infinity beside a finite maximum. */
export function logProbabilities(logits: usize, count: i32, mapped: usize, maximum: f64, logSum: f64): void {
  const m = f64x2.splat(maximum);
  const l = f64x2.splat(logSum);
  for (; count >= 4; count -= 4, logits += 16, mapped += 16) {
    v128.store(mapped, subtractVector(v128.load(logits), m, l));
  }
  for (; count > 0; count--, logits += 4, mapped += 4) {
    f32.store(mapped, <f32> ((<f64> f32.load(logits) - maximum) - logSum));
  }
}
