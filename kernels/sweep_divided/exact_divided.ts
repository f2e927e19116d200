import type { Level } from "../kernels.ts";
import { Column, TILE } from "../layout.ts";
import { quotientsOf } from "../reference/quotients.ts";
import { exactTile } from "../sweep/exact_tile.ts";
import type { Views } from "../views.ts";

/** Sweeps the quotients in float64, of all tiles or of those that a binary has marked; gives how many of them are invalid. */
export function exactDivided(
  views: Views,
  level: Level,
  logits: number,
  count: number,
  by: number,
  table: number,
  markedOnly: boolean,
): number {
  const { shift, f64, base } = views;
  let invalid = 0;
  for (let done = 0; done < count; done += TILE) {
    const row = (table >> 3) + done / TILE * Column.stride;
    if (markedOnly && f64[row + Column.nan] >= 0) continue;
    const tile = Math.min(TILE, count - done);
    const quotients = quotientsOf(views, (logits >> shift) + done, tile, by);
    if (exactTile(level, quotients, 0, tile, f64, row, base)) invalid++;
  }
  return invalid;
}
