/**
 * The exact accumulator of a row, as it lies in memory: the maximum, the absolute index of the top bin, and three runs
 * of eight 64-bit digits for the sum D, the moment T and the square W.
 *
 * Bin `b` counts in units of `2^(32 b)`; carries are left in the digits until a total is read, so that adding is plain
 * integer addition, and every order of deposits and merges gives the same digits. The top bin is the highest ever
 * touched; what falls below the eighth bin is dropped, which loses less than 2^-192 of the sum.
 * A moment is measured from the base exponent four bins above its own bin: `sum 2^y u` with `u = y/32 - b - 4`.
 * The four keeps an accumulated first digit from ever being 0, which tells it from one that was never asked for.
 */
export const BINS = 8;
/** How many bins above its own a moment's base lies. */
export const RAISE = 4;
/** Where the digits of the sum begin, in 32-bit words from the slot's start. */
export const DIGITS = 4;
const TWO_32 = 4294967296;

/** Adds `low + 2^32 high` to the 64-bit digit at 32-bit index `at`, modulo 2^64. */
export function addWords(words: Int32Array, at: number, low: number, high: number): void {
  const sum = (words[at] >>> 0) + (low >>> 0);
  words[at] = sum;
  words[at + 1] += high + (sum >= TWO_32 ? 1 : 0);
}

/** Raises the top bin to `top`: moves the digits down and drops those that leave. */
export function raiseTop(f64: Float64Array, words: Int32Array, slot: number, top: number): void {
  const shift = Math.min(top - f64[slot + 1], BINS);
  f64[slot + 1] = top;
  for (let run = 0; run < 3; run++) {
    const from = 2 * slot + DIGITS + run * 2 * BINS;
    words.copyWithin(from + 2 * shift, from, from + 2 * (BINS - shift));
    words.fill(0, from, from + 2 * shift);
  }
}
