import type { Exports } from "../functions.ts";
import type { Kernels, Measure } from "../kernels.ts";
import { Column, TILE } from "../layout.ts";
import type { Views } from "../views.ts";
import { sumMarked } from "./reference.ts";

/** Tiles that have no weights are done in float64, in the same base. */
export function sumBetween(views: Views, exports: Exports): Kernels["sumBetween"] {
  const summed = exports.sumBetween, { f64 } = views;
  return (measure, logits, weights, count, table, low, high, rows) => {
    let all = summed(measureNumber(measure), logits, weights, count, table, low, high, rows);
    for (let done = 0; done < count; done += TILE) {
      const to = (rows >> 3) + done / TILE * Column.stride;
      if (f64[to + Column.nan] >= 0) continue;
      const tile = Math.min(TILE, count - done);
      all += sumMarked(views, measure, (logits >> 2) + done, tile, low, high, to);
    }
    return all;
  };
}

function measureNumber(measure: Measure): number {
  return measure === "mass" ? 0 : measure === "moments" ? 1 : 2;
}
