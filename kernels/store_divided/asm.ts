/** The sweep of quotients that keeps the weights it adds up. */
import { TILE, TILE_BYTES } from "../asm/lanes.ts";
import { ROW } from "../asm/row.ts";
import { storeTile } from "../store/asm.ts";

/** Writes a row and the weights of each tile; gives how many tiles are marked, because the fast path cannot do them. */
export function storeDivided(logits: usize, count: i32, by: f32, table: usize, weights: usize): i32 {
  let marked = 0;
  for (; count > 0; count -= TILE, logits += TILE_BYTES, table += ROW, weights += TILE_BYTES) {
    marked += storeTile<f32>(logits, min<i32>(count, TILE), table, weights, by);
  }
  return marked;
}
