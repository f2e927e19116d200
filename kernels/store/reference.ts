import type { Kernels } from "../kernels.ts";
import { Column, TILE } from "../layout.ts";
import { exactTile } from "../sweep/exact_tile.ts";
import type { Views } from "../views.ts";

/** Writes a row and the weights of each tile; gives how many tiles hold NaN or +Infinity, whose logits are kept. */
export function store({ values, shift, f64, base }: Views): Kernels["store"] {
  return (logits, count, table, weights) => {
    let invalid = 0;
    for (let done = 0; done < count; done += TILE) {
      const row = (table >> 3) + done / TILE * Column.stride;
      const tile = Math.min(TILE, count - done);
      const [first, to] = [(logits >> shift) + done, (weights >> shift) + done];
      if (exactTile("sum", values, first, tile, f64, row, base, to)) invalid++;
    }
    return invalid;
  };
}
