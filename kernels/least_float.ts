const f32 = new Float32Array(1);
const i32 = new Int32Array(f32.buffer);

/**
 * The least float32 that is greater than `x`, or not less if `inclusive`: so that float32 logits can be compared with a
 * float64 threshold by `>=` alone. NaN, and whatever no float32 reaches, give NaN, which nothing reaches.
 */
export function leastFloat(x: number, inclusive: boolean): number {
  f32[0] = x;
  const rounded = f32[0];
  if (rounded > x || (inclusive && rounded === x)) return rounded;
  if (!(x < Infinity)) return NaN;
  if (rounded === 0) i32[0] = 1;
  else i32[0] += rounded > 0 ? 1 : -1;
  return f32[0];
}
