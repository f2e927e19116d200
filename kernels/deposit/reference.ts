import type { Kernels, Level } from "../kernels.ts";
import { Column } from "../layout.ts";
import { addWords, BINS, DIGITS, RAISE, raiseTop } from "../reference/digits.ts";
import { powerOfTwo } from "../reference/elementary.ts";
import type { Views } from "../views.ts";

const TWO_32 = 4294967296;

/** Adds the first `tiles` rows of a table to an accumulator, exactly. */
export function deposit({ f64, i32 }: Views): Kernels["deposit"] {
  return (level, table, tiles, slot) => {
    for (let i = 0; i < tiles; i++) depositRow(level, f64, i32, (table >> 3) + i * Column.stride, slot >> 3);
  };
}

/** Adds an integer-valued float64 to the 64-bit digit at 32-bit index `at`. */
function addDigit(words: Int32Array, at: number, digit: number): void {
  addWords(words, at, digit, Math.floor(digit / TWO_32));
}

/**
 * Adds one row of the table (index `row`) to the accumulator (index `slot`), exactly. A row with mantissa 0 only takes
 * part in the maximum.
 */
function depositRow(level: Level, f64: Float64Array, words: Int32Array, row: number, slot: number): void {
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
