/** Float64 thresholds for float32 logits. */

/**
 * The least float32 that is greater than `x`, or not less if `inclusive`: float32 logits are then compared with a float64
 * threshold by `>=` alone. NaN, and whatever no float32 reaches, give NaN, which nothing reaches.
 */
export function leastFloat(x: f64, inclusive: bool): f32 {
  const rounded = <f32> x;
  if (<f64> rounded > x || (inclusive && <f64> rounded == x)) return rounded;
  if (!(x < Infinity)) return NaN;
  if (rounded == 0) return reinterpret<f32>(1);
  // The next float32 up: its bits, as a whole number, are one more above 0 and one less below.
  return reinterpret<f32>(reinterpret<i32>(rounded) + (rounded > 0 ? 1 : -1));
}
