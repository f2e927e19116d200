// A histogram of a row's largest logits, which follows the maximum as it rises.
import { Cell, Column, type Kernels, TILE } from "../../../kernels/mod.ts";
import type { Block } from "../../core/mod.ts";
import { elementBytes } from "../../row/inside.ts";

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
  /** The ring of cells as the kernels hold it; out of date while it lies in the arena, empty before it first left. */
  words: Uint32Array;
}

/** Nothing counted yet. Cells of another row are used again, and stay where they lie. */
export function newCells(old?: Cells | null): Cells {
  return old ? Object.assign(old, { top: -Infinity }) : { top: -Infinity, words: new Uint32Array(0) };
}

/** The words of a ring: a copy, wherever it lies. */
export function wordsOf(cells: Readonly<Cells>, kernels: Kernels): Uint32Array {
  const at = kernels.arena.cells.of(cells);
  if (at !== undefined) return ringAt(kernels, at).slice();
  return cells.words.length > 0 ? cells.words : new Uint32Array(2 * Cell.ring);
}

/** The same counts in one form: what lies in the idle span depends on the order of adding, and means nothing. */
export function canonicalCells(cells: Readonly<Cells>, kernels: Kernels): Cells {
  const words = wordsOf(cells, kernels).slice();
  if (cells.top === -Infinity) words.fill(0);
  else clearSpan(words, cells.top + 1);
  return { top: cells.top, words };
}

function ringAt({ memory }: Kernels, at: number): Uint32Array {
  return new Uint32Array(memory, at, 2 * Cell.ring);
}

/** Brings a ring into the arena; gives its address. */
function enter(cells: Cells, kernels: Kernels): number {
  const { cells: places } = kernels.arena;
  const here = places.of(cells);
  if (here !== undefined) return here;
  const at = places.take(cells, (at) => cells.words = ringAt(kernels, at).slice());
  if (cells.top === -Infinity || cells.words.length === 0) ringAt(kernels, at).fill(0);
  else ringAt(kernels, at).set(cells.words);
  return at;
}

/** Counts a run of tiles. */
export function tallyBlock(cells: Cells, { kernels, table, tiles, count, at }: Block): void {
  const ring = enter(cells, kernels);
  const words = ringAt(kernels, ring);
  const bytes = elementBytes(kernels);
  for (let tile = 0; tile < tiles; tile++) {
    const maximum = table[tile * Column.stride + Column.maximum];
    if (!(Math.abs(maximum) <= FAR)) continue;
    const span = spanOf(maximum);
    if (span <= cells.top - USED) continue;
    raise(cells, words, span);
    const from = tile * TILE;
    kernels.tally(at + from * bytes, Math.min(TILE, count - from), leastOf(cells) - 1, ring);
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
  else for (let s = cells.top + 1; s <= span; s++) clearSpan(words, s);
  cells.top = span;
}

function clearSpan(words: Uint32Array, span: number): void {
  words.fill(0, 2 * SPAN * slotOf(span), 2 * SPAN * (slotOf(span) + 1));
}

/** Where a span lies in the ring. */
export function slotOf(span: number): number {
  return ((span % SPANS) + SPANS) % SPANS;
}

/** Adds another part's counts. */
export function mergeCells(into: Cells, from: Readonly<Cells>, kernels: Kernels): void {
  if (from.top === -Infinity) return;
  const more = wordsOf(from, kernels);
  const sums = ringAt(kernels, enter(into, kernels));
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
