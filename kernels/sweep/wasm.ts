import type { Exports } from "../functions.ts";
import type { Kernels, Level } from "../kernels.ts";
import { Column, TILE } from "../layout.ts";
import { levelNumber } from "../level_number.ts";
import type { Views } from "../views.ts";
import { exactTile } from "./exact_tile.ts";

/** What the fast path marks, because it cannot do it, is done again in float64, in the same base. */
export function sweep(views: Views, exports: Exports): Kernels["sweep"] {
  const swept = exports.sweep;
  return (level, logits, count, table) => {
    const marked = swept(levelNumber(level), logits, count, table);
    return marked === 0 ? 0 : sweepMarked(views, level, logits, count, table);
  };
}

/** Gives how many of the marked tiles are invalid. */
function sweepMarked({ values, f64, base }: Views, level: Level, logits: number, count: number, table: number): number {
  let invalid = 0;
  for (let done = 0; done < count; done += TILE) {
    const row = (table >> 3) + done / TILE * Column.stride;
    if (f64[row + Column.nan] >= 0) continue;
    const tile = Math.min(TILE, count - done);
    if (exactTile(level, values, (logits >> 2) + done, tile, f64, row, base)) invalid++;
  }
  return invalid;
}
