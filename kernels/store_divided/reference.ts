import type { Kernels } from "../kernels.ts";
import { Column, TILE } from "../layout.ts";
import { quotientsOf } from "../reference/quotients.ts";
import { exactTile } from "../sweep/exact_tile.ts";
import type { Views } from "../views.ts";

/** Writes a row and the weights of each tile of quotients; gives how many of them hold NaN or +Infinity: these quotients are kept. */
export function storeDivided(views: Views): Kernels["storeDivided"] {
  const { values, shift, f64, base } = views;
  return (logits, count, by, table, weights) => {
    let invalid = 0;
    for (let done = 0; done < count; done += TILE) {
      const row = (table >> 3) + done / TILE * Column.stride;
      const tile = Math.min(TILE, count - done);
      const quotients = quotientsOf(views, (logits >> shift) + done, tile, by);
      if (exactTile("sum", quotients, 0, tile, f64, row, base, TILE)) invalid++;
      values.set(quotients.subarray(TILE, TILE + tile), (weights >> shift) + done);
    }
    return invalid;
  };
}
