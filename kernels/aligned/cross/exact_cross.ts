import { Column } from "../../layout.ts";
import { powerOfTwo } from "../../reference/elementary.ts";
import { withWeights } from "../with_weights.ts";
import type { Views } from "../../views.ts";
import { centreOf, type CrossTile, topOf, writeMoments } from "./cross_tile.ts";

/** One tile in float64, id by id: what is masked in q alone is counted and left out. Weights that are not there are made first. */
export function exactCross(views: Views, tile: CrossTile): void {
  withWeights(views, tile, () => weighedCross(views, tile));
}

function weighedCross({ values, f64 }: Views, tile: CrossTile): void {
  const { logits, weights, other, count, row, otherRow, gap } = tile;
  const m = topOf(f64, row), centre = centreOf(values, tile, m, topOf(f64, otherRow));
  let mean = 0, square = 0, apart = 0;
  for (let i = 0; i < count; i++) {
    const x = values[logits + i], t = values[other + i], w = values[weights + i];
    if (x === -Infinity) continue;
    if (t === -Infinity) apart++;
    else if (w > 0) {
      const g = (gap ? x - m : 0) - (t - centre);
      mean += w * g;
      square += w * g * g;
    }
  }
  const binades = f64[row + Column.reference] - f64[row + Column.exponent];
  const scale = powerOfTwo(Math.trunc(Math.min(Math.max(binades, -1022), 1023)));
  writeMoments(f64, tile, (gap ? mean : -mean) * scale, square * scale, m, centre, apart);
}
