import { Column } from "../layout.ts";

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

/** Writes sums that are relative to the tile's exponent and about the largest logits m: with G the offset, `A + G S` and `Q + 2 G A + G^2 S`. */
export function writeMoments(
  f64: Float64Array,
  tile: CrossTile,
  mean: number,
  square: number,
  m: number,
  otherTop: number,
  apart: number,
): void {
  const mantissa = f64[tile.row + Column.mantissa];
  const offset = tile.gap ? m - otherTop : otherTop;
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
