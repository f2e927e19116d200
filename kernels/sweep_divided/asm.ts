/** The sweep of quotients: a temperature on its way into the sum. */
import { TILE, TILE_BYTES } from "../asm/lanes.ts";
import { ROW } from "../asm/row.ts";
import { maximumTile } from "../sweep/maximum/asm.ts";
import { sumTile } from "../sweep/sum/asm.ts";

/** Writes a row a tile of the quotients; gives how many are marked, because the fast path cannot do them. */
export function sweepDivided(level: i32, logits: usize, count: i32, by: f32, table: usize): i32 {
  let marked = 0;
  for (; count > 0; count -= TILE, logits += TILE_BYTES, table += ROW) {
    const tile = min<i32>(count, TILE);
    marked += level == 0 ? maximumTile<f32>(logits, tile, table, by) : sumTile<f32>(logits, tile, table, by);
  }
  return marked;
}
