import type { Level } from "../kernels.ts";
import { Column, TILE } from "../layout.ts";
import type { Views } from "../views.ts";
import { exactTile } from "./exact_tile.ts";

/** Does the tiles that a binary has marked again in float64, in its base; gives how many of them are invalid. Weights only where they are wanted. */
export function exactMarked(
  { values, shift, f64, base }: Views,
  level: Level,
  logits: number,
  count: number,
  table: number,
  weights?: number,
): number {
  let invalid = 0;
  for (let done = 0; done < count; done += TILE) {
    const row = (table >> 3) + done / TILE * Column.stride;
    if (f64[row + Column.nan] >= 0) continue;
    const to = weights === undefined ? -1 : (weights >> shift) + done;
    const tile = Math.min(TILE, count - done);
    if (exactTile(level, values, (logits >> shift) + done, tile, f64, row, base, to)) invalid++;
  }
  return invalid;
}
