import { Column } from "../../layout.ts";

/** A tile: indices of its logits and rows, and what is asked. */
export interface CrossTile {
  readonly logits: number;
  readonly weights: number;
  readonly other: number;
  readonly count: number;
  readonly row: number;
  readonly otherRow: number;
  readonly gap: boolean;
  readonly squares: boolean;
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

/** Writes sums that are relative to the tile's exponent and about m and a centre: with G the offset, `A + G S` and `Q + 2 G A + G^2 S`. */
export function writeMoments(
  f64: Float64Array,
  tile: CrossTile,
  mean: number,
  square: number,
  m: number,
  centre: number,
  apart: number,
): void {
  const mantissa = f64[tile.row + Column.mantissa];
  const offset = tile.gap ? m - centre : centre;
  const second = tile.squares ? square + 2 * offset * mean + offset * offset * mantissa : 0;
  writePair(f64, tile, mean + offset * mantissa, second, apart);
}

/** Writes what is known of a tile. */
export function writePair(
  f64: Float64Array,
  { row }: CrossTile,
  first: number,
  second: number,
  apart: number,
): void {
  f64[row + Column.first] = first;
  f64[row + Column.second] = second;
  f64[row + Column.apart] = apart;
}
