import type { Kernels } from "../kernels.ts";
import { Column } from "../layout.ts";
import { exactTile } from "../sweep/exact_tile.ts";
import { logSumOf } from "../total/reference.ts";
import type { Views } from "../views.ts";

/** The row of a table for the tile in hand. */
const tile = new Float64Array(Column.stride);

/** Writes maximum and log-sum of each row; gives how many are done: all, or those before the first that holds NaN or +Infinity. */
export function sweepRows({ values, shift, f64, base }: Views): Kernels["sweepRows"] {
  return (logits, count, vocabulary, out) => {
    const rows = Math.floor(count / vocabulary);
    for (let row = 0; row < rows; row++) {
      const first = (logits >> shift) + row * vocabulary, to = (out >> 3) + 2 * row;
      if (exactTile("sum", values, first, vocabulary, tile, 0, base)) return row;
      const maximum = tile[Column.maximum], mantissa = tile[Column.mantissa];
      f64[to] = maximum;
      f64[to + 1] = mantissa > 0 ? logSumOf(maximum, mantissa, tile[Column.exponent], base) : -Infinity;
    }
    return rows;
  };
}
