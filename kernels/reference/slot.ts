import type { Level } from "../kernels.ts";
import { Column } from "../layout.ts";
import { powerOfTwo } from "./elementary.ts";

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
const DIGITS = 4;
const TWO_32 = 4294967296;

/** Empties the accumulator whose float64 index is `at`. */
export function clearSlot(f64: Float64Array, at: number): void {
  f64[at] = -Infinity;
  f64[at + 1] = -Infinity;
  f64.fill(0, at + 2, at + 2 + 3 * BINS);
}

/** Adds `low + 2^32 high` to the 64-bit digit at 32-bit index `at`, modulo 2^64. */
function addWords(words: Int32Array, at: number, low: number, high: number): void {
  const sum = (words[at] >>> 0) + (low >>> 0);
  words[at] = sum;
  words[at + 1] += high + (sum >= TWO_32 ? 1 : 0);
}

/** Adds an integer-valued float64 to the 64-bit digit at 32-bit index `at`. */
function addDigit(words: Int32Array, at: number, digit: number): void {
  addWords(words, at, digit, Math.floor(digit / TWO_32));
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

/**
 * Adds one row of the table (index `row`) to the accumulator (index `slot`), exactly. A row with mantissa 0 only takes
 * part in the maximum.
 */
export function depositRow(level: Level, f64: Float64Array, words: Int32Array, row: number, slot: number): void {
  if (f64[row + Column.maximum] > f64[slot]) f64[slot] = f64[row + Column.maximum];
  if (level === "maximum") return;
  const mantissa = f64[row + Column.mantissa];
  if (!(mantissa > 0)) return;
  const exponent = f64[row + Column.exponent];
  const bin = Math.floor(exponent / 32) + 0;
  const s = exponent - 32 * bin;
  if (bin > f64[slot + 1]) raiseTop(f64, words, slot, bin);
  const below = f64[slot + 1] - bin;
  if (below >= BINS) return;
  const at = 2 * slot + DIGITS + 2 * below;
  const scale = powerOfTwo(s);
  const moment = level === "sum" ? 0 : f64[row + Column.moment];
  const square = level === "squares" ? f64[row + Column.square] : 0;
  addDigits(
    level,
    words,
    at,
    BINS - below,
    mantissa * scale,
    (moment + s * mantissa) * scale / 32,
    (square + 2 * s * moment + s * s * mantissa) * scale / 1024,
  );
}

/** Cuts sum, moment and square, in units of the bin at `at`, into three digits each and adds those that have a bin. */
function addDigits(
  level: Level,
  words: Int32Array,
  at: number,
  room: number,
  sum: number,
  moment: number,
  square: number,
): void {
  for (let i = 0; i < 3 && i < room; i++) {
    const d = Math.trunc(sum);
    const t = Math.trunc(moment);
    const w = Math.trunc(square);
    const j = i - RAISE;
    addDigit(words, at + 2 * i, d);
    if (level !== "sum") addDigit(words, at + 2 * (i + BINS), t + j * d);
    if (level === "squares") addDigit(words, at + 2 * (i + 2 * BINS), w + 2 * j * t + j * j * d);
    sum = (sum - d) * TWO_32;
    moment = (moment - t) * TWO_32;
    square = (square - w) * TWO_32;
  }
}

/** Adds accumulator `from` to `into` (float64 indices), exactly. */
export function absorbSlot(f64: Float64Array, words: Int32Array, into: number, from: number): void {
  if (f64[from] > f64[into]) f64[into] = f64[from];
  const top = f64[from + 1];
  if (top === -Infinity) return;
  if (top > f64[into + 1]) raiseTop(f64, words, into, top);
  const below = f64[into + 1] - top;
  for (let i = 0; i + below < BINS; i++) {
    for (let run = 0; run < 3; run++) {
      const source = 2 * from + DIGITS + 2 * (run * BINS + i);
      addWords(words, 2 * into + DIGITS + 2 * (run * BINS + i + below), words[source], words[source + 1]);
    }
  }
}
