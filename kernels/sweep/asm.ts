/** The sweep: what every answer about a row begins with, a row of the table a tile. */
import { TILE, TILE_BYTES } from "../asm/lanes.ts";
import { ROW } from "../asm/row.ts";
import { maximumTile } from "./maximum/asm.ts";
import { momentsTile } from "./moments/asm.ts";
import { sumTile } from "./sum/asm.ts";

/** One tile at a level: 0 the maximum, 1 the sum too, 2 the moments too, 3 the squares too. */
function sweepTile(level: i32, logits: usize, count: i32, row: usize): i32 {
  if (level == 1) return sumTile<void>(logits, count, row, 1);
  if (level == 0) return maximumTile<void>(logits, count, row, 1);
  return momentsTile(logits, count, row, level == 3);
}

/** Writes a row a tile; gives how many are marked, because the fast path cannot do them. */
export function sweep(level: i32, logits: usize, count: i32, table: usize): i32 {
  let marked = 0;
  for (; count > 0; count -= TILE, logits += TILE_BYTES, table += ROW) {
    marked += sweepTile(level, logits, min<i32>(count, TILE), table);
  }
  return marked;
}
