import { Cell } from "../layout.ts";
import { exp } from "./elementary.ts";
import type { Elements } from "./maps.ts";

/** Steps in one unit of logit. */
const STEPS = Cell.perUnit * Cell.steps;
/** A count of one, in the high word of a cell. */
const ONE = 16;
/** Beyond this magnitude float32 has fewer than four values to a unit: the fast path stops. */
const RANGE = 2 ** 21;
const UNIT = 1024;

/**
 * What the fast path subtracts from float32 logits before it cuts them into steps, so that their number fits 32 bits: 0, or a
 * multiple of 1024 that lies within a factor of 2 of every logit in the ring, so that the difference is exact (Sterbenz). `undefined`
 * where the ring lies beyond the fast path.
 */
export function cellBase(least: number): number | undefined {
  const top = (least + Cell.ring) / Cell.perUnit;
  if (!(Math.abs(top) <= RANGE)) return undefined;
  return top >= -UNIT && top < 2 * UNIT ? 0 : UNIT * Math.floor(top / UNIT);
}

/** Adds logits to a ring of cells: see `Kernels.tally`. */
export function tallyCells(
  logits: Elements,
  from: number,
  count: number,
  least: number,
  words: Uint32Array,
  cells: number,
): void {
  const lowest = least / Cell.perUnit;
  for (let i = from; i < from + count; i++) {
    const x = logits[i] > lowest ? logits[i] : lowest;
    const step = Math.floor(x * STEPS);
    const cell = Math.floor(step / Cell.steps);
    const at = cells + 2 * placeOf(cell);
    const sum = words[at] + (step - cell * Cell.steps);
    words[at] = sum;
    words[at + 1] += ONE + (sum > 0xffffffff ? 1 : 0);
  }
}

/** Where a cell lies in the ring. */
export function placeOf(cell: number): number {
  const place = cell % Cell.ring;
  return place < 0 ? place + Cell.ring : place + 0;
}

/** Copies logits of `low <= x < high`, and -Infinity for every other. */
export function copyWithin(
  logits: Elements,
  from: number,
  count: number,
  low: number,
  high: number,
  to: number,
): void {
  for (let i = 0; i < count; i++) {
    const x = logits[from + i];
    logits[to + i] = x >= low && x < high ? x : -Infinity;
  }
}

/** Count, mass, moment and squares of the logits of `low <= x < high`: see `Kernels.weigh`. */
export function weighWithin(
  logits: Elements,
  from: number,
  count: number,
  low: number,
  high: number,
  top: number,
  by: number,
  out: Float64Array,
  to: number,
): void {
  let n = 0, m = 0, h = 0, q = 0;
  for (let i = from; i < from + count; i++) {
    const x = logits[i];
    if (!(x >= low && x < high)) continue;
    const d = Math.max(-700, (x - top) / by);
    const weight = exp(d);
    n++;
    m += weight;
    h += weight * d;
    q += weight * weight;
  }
  out.set([n, m, h, q], to);
}
