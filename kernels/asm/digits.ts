/**
 * The exact accumulator: see `kernels/reference/digits.ts` for what its digits mean. Here they are 64-bit integers; the bytes are
 * the same.
 */

/** Byte offset of the top bin; the maximum lies before it. */
export const TOP: usize = 8;
/** Byte offset of the digits. */
export const DIGITS: usize = 16;
/** Digits of one run. */
export const BINS: i32 = 8;
/** Bytes of one run of digits. */
export const RUN: usize = 64;

/** Raises the top bin: moves the digits of each run down and drops those that leave. */
export function raiseTop(slot: usize, top: f64): void {
  const shift = <usize> min<f64>(top - f64.load(slot, TOP), 8) << 3;
  f64.store(slot, top, TOP);
  for (let run: usize = 0; run < 3; run++) {
    const digits = slot + DIGITS + run * RUN;
    memory.copy(digits + shift, digits, RUN - shift);
    memory.fill(digits, 0, shift);
  }
}

export function raiseMaximum(slot: usize, maximum: f64): void {
  if (maximum > f64.load(slot)) f64.store(slot, maximum);
}

export function addDigit(at: usize, digit: i64): void {
  i64.store(at, i64.load(at) + digit);
}
