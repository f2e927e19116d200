import type { Kernels } from "../kernels.ts";
import { Column, TILE } from "../layout.ts";
import type { Views } from "../views.ts";
import { exactTile } from "./exact_tile.ts";

/** Writes a row a tile; gives how many tiles hold NaN or +Infinity. */
export function sweep({ values, shift, f64, base }: Views): Kernels["sweep"] {
  return (level, logits, count, table) => {
    let invalid = 0;
    for (let done = 0; done < count; done += TILE) {
      const row = (table >> 3) + done / TILE * Column.stride;
      const tile = Math.min(TILE, count - done);
      if (exactTile(level, values, (logits >> shift) + done, tile, f64, row, base)) invalid++;
    }
    return invalid;
  };
}
