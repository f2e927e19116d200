import { Cell, Column, type Kernels, TILE } from "../../kernels/mod.ts";
import type { Block } from "../core/mod.ts";

/** Cells in a span: a quarter of a unit of logit. */
export const SPAN = 64;
/** Spans in the ring. */
const SPANS: number = Cell.ring / SPAN;
/** Spans in use: one lies idle, for what falls below them. */
const USED: number = SPANS - 1;
/** Spans in one unit of logit. */
const PER_UNIT = Cell.perUnit / SPAN;
/** Beyond this magnitude the cells have no number of their own. */
export const FAR: number = 2 ** 40;

/**
 * How many logits of a row fall into each cell of 1/256 of a unit, over the 63 units below the largest: it tells where any truncator
 * cuts. Whole numbers: any order of tiles, any cut and any merge gives the same. Plain data.
 */
export interface Cells {
  /** The span of the largest logit so far; -Infinity of none. */
  top: number;
  /** The ring of cells as the kernels hold it; a copy while it lies in an arena. */
  words: Uint32Array;
}

/** Whose ring lies in an arena, and the other way round. */
const tenants = new WeakMap<Kernels, Cells>();
const homes = new WeakMap<Cells, Kernels>();

/** Nothing counted yet. */
export function cellsOf(): Cells {
  let words: Uint32Array | undefined;
  const cells: Cells = {
    top: -Infinity,
    get words() {
      const home = homes.get(cells);
      return home ? ringOf(home).slice() : words ??= new Uint32Array(2 * Cell.ring);
    },
    set words(kept) {
      words = kept;
    },
  };
  return cells;
}

/** The ring as it lies now: valid until another row is counted. */
export function wordsNow(cells: Cells): Uint32Array {
  const home = homes.get(cells);
  return home ? ringOf(home) : cells.words;
}

/** Makes them hold nothing, for another row: where they lie they stay. */
export function emptyCells(cells: Cells): Cells {
  cells.top = -Infinity;
  return cells;
}

/** Says that a row's cells will not be asked for again. */
export function abandon(cells: Cells): void {
  const home = homes.get(cells);
  if (home) tenants.delete(home);
  homes.delete(cells);
}

function ringOf({ memory, arena }: Kernels): Uint32Array {
  return new Uint32Array(memory, arena.cells, 2 * Cell.ring);
}

/** Brings a ring into an arena, and the one that was there out of it. */
function enter(cells: Cells, kernels: Kernels): void {
  if (homes.get(cells) === kernels) return;
  leave(cells);
  const other = tenants.get(kernels);
  if (other) leave(other);
  if (cells.top === -Infinity) ringOf(kernels).fill(0);
  else ringOf(kernels).set(cells.words);
  tenants.set(kernels, cells);
  homes.set(cells, kernels);
}

function leave(cells: Cells): void {
  const home = homes.get(cells);
  if (!home) return;
  const words = ringOf(home).slice();
  tenants.delete(home);
  homes.delete(cells);
  cells.words = words;
}

/** Counts a run of tiles. */
export function tallyBlock(cells: Cells, { kernels, table, tiles, count, at }: Block): void {
  enter(cells, kernels);
  const { arena, element } = kernels;
  const bytes = element === "f64" ? 8 : 4;
  for (let tile = 0; tile < tiles; tile++) {
    const maximum = table[tile * Column.stride + Column.maximum];
    if (!(Math.abs(maximum) <= FAR)) continue;
    const span = spanOf(maximum);
    if (span <= cells.top - USED) continue;
    raise(cells, ringOf(kernels), span);
    const from = tile * TILE;
    kernels.tally(at + from * bytes, Math.min(TILE, count - from), leastOf(cells) - 1, arena.cells);
  }
}

/** The span that a logit lies in. */
export function spanOf(x: number): number {
  return Math.floor(x * PER_UNIT);
}

/** The lowest cell that counts. */
export function leastOf({ top }: Pick<Cells, "top">): number {
  return (top - USED + 1) * SPAN;
}

/** Makes room for a larger logit: what lay where it goes has fallen out below. */
function raise(cells: Cells, words: Uint32Array, span: number): void {
  if (span <= cells.top) return;
  if (cells.top === -Infinity || span - cells.top >= SPANS) words.fill(0);
  else for (let s = cells.top + 1; s <= span; s++) words.fill(0, 2 * SPAN * slotOf(s), 2 * SPAN * (slotOf(s) + 1));
  cells.top = span;
}

/** Where a span lies in the ring. */
export function slotOf(span: number): number {
  return ((span % SPANS) + SPANS) % SPANS;
}

/** Adds another part's counts. */
export function mergeCells(into: Cells, from: Readonly<Cells>): void {
  if (from.top === -Infinity) return;
  leave(into);
  const sums = into.words, more = from.words;
  raise(into, sums, from.top);
  for (let span = into.top - USED + 1; span <= from.top; span++) {
    const first = 2 * SPAN * slotOf(span);
    for (let i = first; i < first + 2 * SPAN; i += 2) {
      const low = sums[i] + more[i];
      sums[i] = low;
      sums[i + 1] += more[i + 1] + (low > 0xffffffff ? 1 : 0);
    }
  }
}
