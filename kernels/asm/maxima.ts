import { anyNaN, maximumOf } from "./maximum.ts";
import { markRow, ROW, writeMaximum } from "./row.ts";

/** Maxima alone, a row a tile; gives how many tiles are marked, because they hold NaN or +Infinity. Cost: two reads. */
export function sweepMaxima(logits: usize, count: i32, table: usize): i32 {
  let marked = 0;
  for (; count > 0; count -= 1024, logits += 4096, table += ROW) {
    const tile = min<i32>(count, 1024);
    const maximum = maximumOf(logits, tile);
    if (maximum == Infinity || anyNaN(logits, tile)) marked += markRow(table);
    else writeMaximum(table, maximum);
  }
  return marked;
}
