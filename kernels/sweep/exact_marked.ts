import type { Level } from "../kernels.ts";
import { Column, TILE } from "../layout.ts";
import type { Views } from "../views.ts";
import { exactTile } from "./exact_tile.ts";

/** Does the tiles that a binary has marked again in float64, in its base; gives how many of them are invalid. */
export function exactMarked(
  { values, f64, base }: Views,
  level: Level,
  logits: number,
  count: number,
  table: number,
): number {
  let invalid = 0;
  for (let done = 0; done < count; done += TILE) {
    const row = (table >> 3) + done / TILE * Column.stride;
    if (f64[row + Column.nan] >= 0) continue;
    const tile = Math.min(TILE, count - done);
    if (exactTile(level, values, (logits >> 2) + done, tile, f64, row, base)) invalid++;
  }
  return invalid;
}
