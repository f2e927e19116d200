/** The sweep at level `maximum`. */
import { anyNaN, maximumOf } from "../../asm/maximum.ts";
import { markRow, writeMaximum } from "../../asm/row.ts";

/** One tile: writes its row, or marks it and gives 1 when it holds NaN or +Infinity. Cost: two reads. */
export function maximumTile(logits: usize, count: i32, row: usize): i32 {
  const maximum = maximumOf(logits, count);
  if (maximum == Infinity || anyNaN(logits, count)) return markRow(row);
  writeMaximum(row, maximum);
  return 0;
}
