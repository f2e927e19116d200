/** The exact sum of the rows of a table. */
import { addDigit, BINS, DIGITS, raiseMaximum, raiseTop, RUN, TOP } from "../asm/digits.ts";
import { EXPONENT, MANTISSA, MAXIMUM, MOMENT, powerOfTwo, ROW, SQUARE } from "../asm/row.ts";

/** How many bins above its own a moment's base lies. */
const RAISE: i64 = 4;

/** Cuts sum, moment and square, in units of the digit at `at`, into three digits each and adds those that have a bin. */
function addDigits(at: usize, room: i32, level: i32, sum: f64, moment: f64, square: f64): void {
  const digits = min<i32>(room, 3);
  for (let i = 0; i < digits; i++, at += 8) {
    const d = trunc<f64>(sum);
    const t = trunc<f64>(moment);
    const w = trunc<f64>(square);
    const j = <i64> i - RAISE;
    const d64 = <i64> d;
    const t64 = <i64> t;
    addDigit(at, d64);
    if (level > 1) addDigit(at + RUN, t64 + j * d64);
    if (level > 2) addDigit(at + 2 * RUN, <i64> w + 2 * j * t64 + j * j * d64);
    sum = (sum - d) * 4294967296.0;
    moment = (moment - t) * 4294967296.0;
    square = (square - w) * 4294967296.0;
  }
}

/** One row: level 1 adds the sum, 2 the moment too, 3 the square too. */
function depositRow(level: i32, row: usize, slot: usize): void {
  raiseMaximum(slot, f64.load(row, MAXIMUM));
  const mantissa = f64.load(row, MANTISSA);
  if (level == 0 || !(mantissa > 0)) return;
  const exponent = f64.load(row, EXPONENT);
  const bin = floor<f64>(exponent / 32.0) + 0.0;
  if (bin > f64.load(slot, TOP)) raiseTop(slot, bin);
  const below = f64.load(slot, TOP) - bin;
  if (below >= 8.0) return;
  const s = exponent - 32.0 * bin;
  const scale = powerOfTwo(<i32> s);
  const moment = level > 1 ? f64.load(row, MOMENT) : 0;
  const square = level > 2 ? f64.load(row, SQUARE) : 0;
  addDigits(
    slot + DIGITS + (<usize> below << 3),
    BINS - <i32> below,
    level,
    mantissa * scale,
    (moment + s * mantissa) * scale / 32.0,
    (square + 2.0 * s * moment + s * s * mantissa) * scale / 1024.0,
  );
}

/** Adds the first `tiles` rows of a table to an accumulator, exactly. Cost: 15 to 21 ns a row, by level. */
export function deposit(level: i32, table: usize, tiles: i32, slot: usize): void {
  for (; tiles > 0; tiles--, table += ROW) depositRow(level, table, slot);
}
