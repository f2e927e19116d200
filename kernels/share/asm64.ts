/** The softmax of float64 logits from stored weights, to the bits of the reference. */
import { TILE } from "../asm/lanes.ts";
import { TILE_BYTES_64 } from "../asm/lanes64.ts";
import { REFERENCE, ROW } from "../asm/row.ts";
import { shareTile64 } from "../asm/share64.ts";
import { probabilities64 } from "../probabilities/asm64.ts";

/** Shares out tile after tile; gives how many weights are done: all, or those before the first tile of logits that the fast path cannot do. */
export function share64(weights: usize, count: i32, table: usize, mapped: usize, mantissa: f64, exponent: f64): i32 {
  for (let done = 0; done < count; done += TILE, weights += TILE_BYTES_64, table += ROW, mapped += TILE_BYTES_64) {
    const tile = min<i32>(count - done, TILE);
    const reference = f64.load(table, REFERENCE);
    if (reference == reference) shareTile64(weights, tile, mapped, reference - exponent, mantissa);
    else if (probabilities64(weights, tile, mapped, mantissa, exponent) < tile) return done;
  }
  return count;
}
