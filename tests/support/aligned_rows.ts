import type { STREAMS } from "./aligned_table.ts";
import type { Random } from "./random.ts";
import { ROWS, rowsOf } from "./rows.ts";

/** The kinds of rows that stream a has, one after the other. */
export const KINDS = Object.keys(ROWS);

/**
 * Three streams of rows of all kinds: b is a with some noise in every other row, and another kind of row in those between; c is of other
 * kinds throughout, so that masks, invalid logits and offsets meet each other.
 */
export function alignedRows(
  random: Random,
  vocabulary: number,
): Readonly<Record<typeof STREAMS[number], Float64Array>> {
  const shifted = (by: number) => KINDS.map((_, row) => KINDS[(row + by) % KINDS.length]);
  const a = rowsOf(random, vocabulary),
    b = rowsOf(random, vocabulary, shifted(1)),
    c = rowsOf(random, vocabulary, shifted(7));
  for (let i = 0; i < a.length; i++) {
    if (Math.floor(i / vocabulary) % 2 === 0) b[i] = a[i] + 0.1 * random.normal();
  }
  return { a, b, c };
}
