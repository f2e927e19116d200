// All float64 numbers in their order, as whole numbers.
const float = new Float64Array(1);
const bits = new BigInt64Array(float.buffer);
const SIGN = -(1n << 63n);

/** A number's place in the order of all numbers: 0 of either zero. */
export function placeOf(x: number): bigint {
  float[0] = x;
  return bits[0] >= 0n ? bits[0] : -(bits[0] & ~SIGN);
}

/** The number at a place. */
export function numberAt(place: bigint): number {
  bits[0] = place >= 0n ? place : -place | SIGN;
  return float[0];
}

/** The first number from `low` to `high` for which something holds; it holds for `high`, and for all behind one for which it does. */
export function firstWhere(low: number, high: number, holds: (x: number) => boolean): number {
  let before = placeOf(low) - 1n, at = placeOf(high);
  while (at - before > 1n) {
    const middle = (at + before) >> 1n;
    if (holds(numberAt(middle))) at = middle;
    else before = middle;
  }
  return numberAt(at);
}
