import { Column } from "../../kernels/mod.ts";
import type { Block } from "../core/mod.ts";

/**
 * How many logits of a block are NaN, and +Infinity, as its sweep has found.
 *
 * @example A tile with one NaN
 * ```ts
 * import { countInvalid } from "@sluice/sluice/row";
 * import { loadKernels } from "@sluice/sluice/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * const kernels = loadKernels(), { arena, memory } = kernels;
 * arena.lend(({ stage, table, rows }) => {
 *   new Float32Array(memory, stage, 3).set([1, NaN, 2]);
 *   kernels.sweep("maximum", stage, 3, table);
 *   assertEquals(countInvalid({ table: rows, tiles: 1 }), { nan: 1, posInf: 0 });
 * });
 * ```
 *
 * @param block The block.
 * @returns The counts over all of its tiles.
 */
export function countInvalid({ table, tiles }: Pick<Block, "table" | "tiles">): { nan: number; posInf: number } {
  let nan = 0, posInf = 0;
  for (let at = 0; at < tiles * Column.stride; at += Column.stride) {
    nan += table[at + Column.nan];
    posInf += table[at + Column.posInf];
  }
  return { nan, posInf };
}
