import type { Kernels } from "../kernels.ts";
import { Cell } from "../layout.ts";
import type { Views } from "../views.ts";

/** Steps in one unit of logit. */
const STEPS = Cell.perUnit * Cell.steps;
/** A count of one, in the high word of a cell. */
const ONE = 16;

/** Adds logits to a ring of cells. */
export function tally({ values, shift, u32 }: Views): Kernels["tally"] {
  return (logits, count, least, cells) => tallyCells(values, logits >> shift, count, least, u32, cells >> 2);
}

/** The same by indices: `cells` in 32-bit words. */
export function tallyCells(
  values: Float32Array | Float64Array,
  from: number,
  count: number,
  least: number,
  words: Uint32Array,
  cells: number,
): void {
  const lowest = least / Cell.perUnit;
  for (let i = from; i < from + count; i++) {
    const x = values[i] > lowest ? values[i] : lowest;
    const step = Math.floor(x * STEPS);
    const cell = Math.floor(step / Cell.steps);
    const at = cells + 2 * placeOf(cell);
    const sum = words[at] + (step - cell * Cell.steps);
    words[at] = sum;
    words[at + 1] += ONE + (sum > 0xffffffff ? 1 : 0);
  }
}

/** Where a cell lies in the ring. */
function placeOf(cell: number): number {
  const place = cell % Cell.ring;
  return place < 0 ? place + Cell.ring : place + 0;
}
