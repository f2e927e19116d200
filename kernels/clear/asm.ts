/** An empty accumulator. */
import { DIGITS, RUN, TOP } from "../asm/digits.ts";

/** Empties an accumulator. */
export function clear(slot: usize): void {
  f64.store(slot, -Infinity);
  f64.store(slot, -Infinity, TOP);
  memory.fill(slot + DIGITS, 0, 3 * RUN);
}
