/** One row of the table a sweep writes: where its columns lie, and how they are written. */

/** Bytes of a row: sixteen float64. */
export const ROW: usize = 128;
export const MANTISSA: usize = 0;
export const EXPONENT: usize = 8;
export const MAXIMUM: usize = 16;
export const MOMENT: usize = 24;
export const SQUARE: usize = 32;
export const NAN_COUNT: usize = 40;
export const POS_INF: usize = 48;
export const REFERENCE: usize = 56;
export const FIRST: usize = 64;
export const SECOND: usize = 72;
export const APART: usize = 80;
export const COUNT: usize = 88;

/** Marks a tile that the fast path cannot do; the float64 path does it again. */
export function markRow(row: usize): i32 {
  f64.store(row, -1.0, NAN_COUNT);
  return 1;
}

/** Writes what every level has. Adding 0 turns a maximum of -0 into 0, so that equal states have equal bytes. */
export function writeMaximum(row: usize, maximum: f64): void {
  f64.store(row, maximum + 0.0, MAXIMUM);
  f64.store(row, 0.0, NAN_COUNT);
  f64.store(row, 0.0, POS_INF);
}

/** The power of two by which a sum is normalised: its exponent, 0 of a sum of 0. */
export function exponentOf(sum: f64): i32 {
  return sum > 0 ? <i32> (reinterpret<i64>(sum) >> 52) - 1023 : 0;
}

/** `2^k`, by its bits. */
export function powerOfTwo(k: i32): f64 {
  return reinterpret<f64>(<i64> (k + 1023) << 52);
}

/** Writes `sum * 2^reference` as mantissa in [1, 2) and exponent; a sum of 0 as 0 and 0. */
export function writeSum(row: usize, sum: f64, reference: f64): void {
  const e = exponentOf(sum);
  f64.store(row, sum * powerOfTwo(-e), MANTISSA);
  f64.store(row, sum > 0 ? reference + <f64> e : 0, EXPONENT);
}

/** Writes the moment, from the reference to the sum's exponent: `2^-e (A - e S)`. */
export function writeMoment(row: usize, sum: f64, moment: f64): void {
  const e = exponentOf(sum);
  f64.store(row, powerOfTwo(-e) * (moment - <f64> e * sum), MOMENT);
}

/** Writes the square, from the reference to the sum's exponent: `2^-e (Q - 2 e A + e^2 S)`. */
export function writeSquare(row: usize, sum: f64, moment: f64, square: f64): void {
  const e = exponentOf(sum);
  const k = <f64> e;
  f64.store(row, powerOfTwo(-e) * (square - 2.0 * k * moment + k * k * sum), SQUARE);
}
