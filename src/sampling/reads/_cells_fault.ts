// What is wrong with the cells of a saved state that somebody else wrote.
import { Cell } from "../../../kernels/mod.ts";
import { shown, wholeFault } from "../../core/mod.ts";
import type { Heap } from "../../row/mod.ts";
import { type Cells, FAR, leastOf, slotOf, SPAN, spanOf } from "./_cells.ts";

/** Of what cells were counted. */
export interface Counted {
  readonly count: number;
  readonly masked: number;
  readonly maximum: number;
  readonly best: Heap | null;
}

/** What is wrong with the cells of a saved state: counts or places that no row's logits give. */
export function cellsFault(cells: Cells | null, wanted: boolean, counted: Counted): string | undefined {
  if (cells === null || !wanted) return cells === null ? undefined : `cells is ${shown(cells)}, wanted null`;
  const { top, words } = cells, { count, maximum } = counted;
  const fault = wholeFault("the length of cells.words", words.length, 2 * Cell.ring, 2 * Cell.ring);
  if (fault) return fault;
  if (!fitsTop(top, maximum)) return `cells.top is ${top} beside a maximum of ${maximum}, which no logits give`;
  // Of more logits than that the cells run over, and nobody reads them.
  return top === -Infinity || count > Cell.most ? undefined : wordsFault(cells, counted);
}

/** Tiles whose largest logit is far out or infinite are left out. */
function fitsTop(top: number, maximum: number): boolean {
  if (Math.abs(maximum) <= FAR) return top === spanOf(maximum);
  return top === -Infinity || (maximum > 0 && Number.isInteger(top) && Math.abs(top) <= spanOf(FAR));
}

/** What lies in the idle span means nothing. */
function wordsFault(cells: Cells, counted: Counted): string | undefined {
  const { words } = cells, idle = slotOf(cells.top + 1), listed = listedIn(cells, counted);
  let total = 0;
  for (let place = 0; place < Cell.ring; place++) {
    if (Math.floor(place / SPAN) === idle) continue;
    const low = words[2 * place], high = words[2 * place + 1];
    const n = high >>> 4, steps = (high & 15) * 4294967296 + low;
    total += n;
    if (steps > n * (Cell.steps - 1) || n < (listed.get(place) ?? 0)) {
      return `cells.words has ${n} logits at ${place} whose places add up to ${steps}, which no logits give`;
    }
  }
  return wholeFault("the sum of cells.words", total, 0, counted.count - counted.masked);
}

/** How many of the best tokens each place of the ring must count. */
function listedIn(cells: Cells, { best, maximum }: Counted): Map<number, number> {
  const listed = new Map<number, number>(), least = leastOf(cells);
  if (!best || !(Math.abs(maximum) <= FAR)) return listed;
  for (const x of best.values.subarray(0, best.size)) {
    const cell = Math.floor(x * Cell.perUnit), place = cell - Cell.ring * Math.floor(cell / Cell.ring);
    if (cell >= least) listed.set(place, (listed.get(place) ?? 0) + 1);
  }
  return listed;
}
