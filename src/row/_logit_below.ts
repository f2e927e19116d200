const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/**
 * A number that every float32 logit exceeds whose quotient by `by` is greater than `quotient`, or is no less (`inclusive`). Others may exceed
 * it too.
 *
 * Division is monotone, and a float32 is its own rounding: what is at most `q * by` has a quotient of at most `q`. What is no less than a
 * quotient is more than the next float32 below it. A product of two float32 is exact in float64.
 */
export function logitBelow(quotient: number, inclusive: boolean, by: number): number {
  return (inclusive ? nextBelow(quotient) : quotient) * Math.fround(by);
}

/** The greatest float32 that is less; -Infinity has none, and gives itself. */
function nextBelow(x: number): number {
  if (x === 0) return -(2 ** -149);
  if (x === -Infinity) return x;
  float[0] = x;
  bits[0] += x > 0 ? -1 : 1;
  return float[0];
}
