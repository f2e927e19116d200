/** The log-softmax of float64 logits. */

/** Writes `(x - maximum) - logSum`. */
export function logProbabilities64(logits: usize, count: i32, mapped: usize, maximum: f64, logSum: f64): void {
  const m = f64x2.splat(maximum);
  const l = f64x2.splat(logSum);
  for (; count >= 2; count -= 2, logits += 16, mapped += 16) {
    v128.store(mapped, f64x2.sub(f64x2.sub(v128.load(logits), m), l));
  }
  if (count > 0) f64.store(mapped, (f64.load(logits) - maximum) - logSum);
}
