import { Column } from "../../layout.ts";
import { powerOfTwo } from "../../reference/elementary.ts";

/** A tile: indices of its logits, weights and rows, and what is asked. */
export interface CrossTile {
  readonly logits: number;
  readonly weights: number;
  readonly other: number;
  readonly otherWeights: number;
  readonly count: number;
  readonly row: number;
  readonly otherRow: number;
  readonly gap: boolean;
  readonly squares: boolean;
}

/** Sums of one tile by the weights of each stream: `sum w g`, `sum w g^2`, and how many ids each allows that the other masks. */
export interface CrossSums {
  sum: number;
  square: number;
  apart: number;
  otherSum: number;
  otherSquare: number;
  otherApart: number;
}

/** The largest logit of a tile, 0 where all are masked. */
export function topOf(f64: Float64Array, row: number): number {
  const maximum = f64[row + Column.maximum];
  return maximum > -Infinity ? maximum : 0;
}

/** How many logits tell about where the others are. */
const FEW = 8;
/** An estimate that is larger is none. */
const FAR = 1048576;

/**
 * From where the logits of q are taken: their largest less what the first few weigh g to be. So the sum of `w g` is small beside that of the
 * weights, whose own rounding then costs nothing. (Where all weigh the same, that rounding is not random.)
 */
export function centreOf(
  values: Float32Array | Float64Array,
  { logits, weights, other, count, gap }: CrossTile,
  m: number,
  otherTop: number,
): number {
  let sum = 0, total = 0;
  for (let i = 0; i < Math.min(count, FEW); i++) {
    const w = values[weights + i];
    const g = (gap ? values[logits + i] - m : 0) - (values[other + i] - otherTop);
    if (!(w > 0 && Math.abs(g) < FAR)) continue;
    sum += w * g;
    total += w;
  }
  const centre = total > 0 ? otherTop - sum / total : otherTop;
  return values instanceof Float32Array ? Math.fround(centre) : centre;
}

/** Whether each of two tiles has weights that are added up: neither is masked throughout. */
export function bothWeigh(f64: Float64Array, { row, otherRow }: CrossTile): boolean {
  return f64[row + Column.mantissa] > 0 && f64[otherRow + Column.mantissa] > 0;
}

/** How many binades a row's weights lie above its exponent; NaN where they are not there. */
export function binadesOf(f64: Float64Array, row: number): number {
  return f64[row + Column.reference] - f64[row + Column.exponent];
}

/** Writes the sums of a tile, which are about m and a centre. */
export function writeSums(f64: Float64Array, tile: CrossTile, sums: CrossSums, m: number, centre: number): void {
  const { row, otherRow, gap, squares } = tile;
  const offset = gap ? m - centre : centre;
  writeMoments(f64, row, gap ? sums.sum : -sums.sum, sums.square, offset, squares);
  writeMoments(f64, otherRow, -sums.otherSum, sums.otherSquare, gap ? -offset : offset, squares);
  f64[row + Column.apart] = sums.apart;
  f64[otherRow + Column.apart] = sums.otherApart;
}

/** Writes the sums by one stream's weights: with G the offset, `A + G S` and `Q + 2 G A + G^2 S`. */
function writeMoments(
  f64: Float64Array,
  row: number,
  sum: number,
  square: number,
  offset: number,
  squares: boolean,
): void {
  const mantissa = f64[row + Column.mantissa];
  const scale = powerOfTwo(Math.trunc(Math.min(Math.max(binadesOf(f64, row), -1022), 1023)));
  const mean = sum * scale;
  f64[row + Column.first] = mean + offset * mantissa;
  f64[row + Column.second] = squares ? square * scale + 2 * offset * mean + offset * offset * mantissa : 0;
}
