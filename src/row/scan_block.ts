import { Column, TILE } from "../../kernels/mod.ts";
import type { Block, Undivided } from "../core/mod.ts";
import { logitBelow } from "./_logit_below.ts";
import { quotient } from "./_quotient.ts";
import { elementBytes } from "./_run.ts";
import { type Heap, offer } from "./heap.ts";

/**
 * Offers a block's logits to a heap. Only tiles whose maximum can enter are looked at, and of logits that are still to
 * be divided only those that may enter are; the tile with the largest maximum goes
 * first, so that on ascending logits one tile of a block settles all the others.
 *
 * @example The two best of a block, a tie to the lower id
 * ```ts
 * import { heapOf, ranked, scanBlock } from "@sluice/sluice/row";
 * import { loadKernels } from "@sluice/sluice/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * const kernels = loadKernels();
 * const { memory, arena } = kernels;
 * const heap = heapOf(2);
 * arena.lend(({ stage: at, table, rows }) => {
 *   const values = new Float32Array(memory, at, 4);
 *   values.set([7, 1, 9, 7]);
 *   kernels.sweep("maximum", at, 4, table);
 *   scanBlock(heap, { kernels, at, count: 4, tiles: 1, row: 0, start: 0, table: rows, level: "maximum", values });
 * });
 * assertEquals(ranked(heap).map((at) => heap.ids[at]), [2, 0]);
 * ```
 *
 * @param heap Takes them; NaN and -Infinity are left out.
 * @param block The logits, swept.
 */
export function scanBlock(heap: Heap, block: Block): void {
  const first = bestTile(block);
  if (!canEnter(heap, block, first)) return;
  scanTile(heap, block, first);
  for (let tile = 0; tile < block.tiles; tile++) {
    if (tile !== first && canEnter(heap, block, tile)) scanTile(heap, block, tile);
  }
}

function maximumOf(block: Block, tile: number): number {
  return block.table[tile * Column.stride + Column.maximum];
}

function bestTile(block: Block): number {
  let best = 0;
  for (let tile = 1; tile < block.tiles; tile++) {
    if (maximumOf(block, tile) > maximumOf(block, best)) best = tile;
  }
  return best;
}

function canEnter(heap: Heap, block: Block, tile: number): boolean {
  const maximum = maximumOf(block, tile);
  if (heap.size < heap.k) return maximum > -Infinity;
  return maximum > heap.values[0] || (maximum === heap.values[0] && block.start + tile * TILE < heap.ids[0]);
}

function scanTile(heap: Heap, block: Block, tile: number): void {
  const { kernels, count } = block;
  const from = tile * TILE;
  const size = Math.min(TILE, count - from);
  // The thresholds of quotients are exact in float64 of float32 only.
  const undivided = kernels.element === "f32" ? block.undivided : undefined;
  const at = (undivided ?? block).at + from * elementBytes(kernels);
  const start = block.start + from;
  const full = heap.size === heap.k;
  const bound = full ? heap.values[0] : kernels.bound(at, size, heap.k);
  const threshold = full || !undivided ? bound : quotient(kernels, bound, undivided.by);
  // A logit that equals the worst one enters only at a lower id. A bound is reached by as many as are wanted in all: those held
  // already may be the worse ones.
  const inclusive = full ? start < heap.ids[0] : threshold > -Infinity;
  const { indices } = kernels.arena;
  if (undivided) {
    const found = kernels.collect(at, size, logitBelow(threshold, inclusive, undivided.by), false, indices);
    offerQuotients(heap, block, undivided, from, new Uint32Array(kernels.memory, indices, found));
  } else {
    const found = kernels.collect(at, size, threshold, inclusive, indices);
    offerAll(heap, block, from, new Uint32Array(kernels.memory, indices, found));
  }
}

/** Offers a tile's candidates from the end that is larger, so that on a slope the first ones shut the others out. */
function offerAll(heap: Heap, { values, start }: Block, from: number, indices: Uint32Array): void {
  const last = indices.length - 1;
  if (values[from + indices[last]] > values[from + indices[0]]) {
    for (let i = last; i >= 0; i--) offer(heap, values[from + indices[i]], start + from + indices[i]);
  } else {
    for (let i = 0; i <= last; i++) offer(heap, values[from + indices[i]], start + from + indices[i]);
  }
}

/** The same with what they are divided by. Quotients of -Infinity, of logits that are not, are left out. */
function offerQuotients(
  heap: Heap,
  { kernels, start }: Block,
  { values, by }: Undivided,
  from: number,
  indices: Uint32Array,
): void {
  const last = indices.length - 1;
  const isRising = values[from + indices[last]] > values[from + indices[0]];
  for (let i = 0; i <= last; i++) {
    const position = from + indices[isRising ? last - i : i];
    const value = quotient(kernels, values[position], by);
    if (value > -Infinity) offer(heap, value, start + position);
  }
}
