import { Column } from "../../layout.ts";
import type { Views } from "../../views.ts";
import { withWeights } from "../with_weights.ts";
import { centreOf, type CrossSums, type CrossTile, topOf, writeSums } from "./cross_tile.ts";

/** One tile in float64, id by id: what is masked in one stream alone is counted and left out. Weights that are not there are made first. */
export function exactCross(views: Views, tile: CrossTile): void {
  const { other, otherWeights, count, otherRow } = tile;
  const second = { logits: other, weights: otherWeights, count, row: otherRow };
  withWeights(views, tile, () => withWeights(views, second, () => weighedCross(views, tile)));
}

function weighedCross({ values, f64 }: Views, tile: CrossTile): void {
  const { row, otherRow } = tile;
  const m = topOf(f64, row), centre = centreOf(values, tile, m, topOf(f64, otherRow));
  const sums = sumsOf(values, tile, m, centre);
  writeSums(f64, tile, sums, m, centre);
  // A tile that is masked throughout weighs nothing, whatever lies in the place of weights.
  for (const at of [row, otherRow]) {
    if (f64[at + Column.mantissa] > 0) continue;
    f64[at + Column.first] = 0;
    f64[at + Column.second] = 0;
  }
}

function sumsOf(
  values: Float32Array | Float64Array,
  { logits, weights, other, otherWeights, count, gap }: CrossTile,
  m: number,
  centre: number,
): CrossSums {
  const sums = { sum: 0, square: 0, apart: 0, otherSum: 0, otherSquare: 0, otherApart: 0 };
  for (let i = 0; i < count; i++) {
    const x = values[logits + i], t = values[other + i], w = values[weights + i], v = values[otherWeights + i];
    if (x === -Infinity || t === -Infinity) {
      sums.apart += Number(x !== -Infinity);
      sums.otherApart += Number(t !== -Infinity);
      continue;
    }
    const g = (gap ? x - m : 0) - (t - centre);
    if (w > 0) {
      sums.sum += w * g;
      sums.square += w * g * g;
    }
    if (v > 0) {
      sums.otherSum += v * g;
      sums.otherSquare += v * g * g;
    }
  }
  return sums;
}
