import type { Exports } from "../functions.ts";
import type { Kernels } from "../kernels.ts";
import type { Views } from "../views.ts";
import { tallyCells } from "./reference.ts";

/** A ring beyond the fast path is done in float64: whole numbers, so that the bits are the same. */
export function tally({ values, u32 }: Views, exports: Exports): Kernels["tally"] {
  const tallied = exports.tally;
  return (logits, count, least, cells) => {
    if (!tallied(logits, count, least, cells)) tallyCells(values, logits >> 2, count, least, u32, cells >> 2);
  };
}
