/** The sweep at level `maximum`. */
import { anyNaN, maximumQuotient } from "../../asm/maximum.ts";
import { markRow, writeMaximum } from "../../asm/row.ts";

/** One tile: writes its row, or marks it and gives 1 when it holds NaN or +Infinity. Cost: two reads. */
export function maximumTile<By>(logits: usize, count: i32, row: usize, by: f32): i32 {
  const maximum = maximumQuotient<By>(logits, count, by);
  if (maximum == Infinity || anyNaN(logits, count)) return markRow(row);
  writeMaximum(row, maximum);
  return 0;
}
