import { Column, TILE } from "../../kernels/mod.ts";
import type { Block } from "../core/mod.ts";
import { elementBytes } from "./_run.ts";
import { type Heap, offer } from "./heap.ts";

/**
 * Offers a block's logits to a heap. Only tiles whose maximum can enter are looked at; the tile with the largest maximum goes
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
  const at = block.at + from * elementBytes(kernels);
  const start = block.start + from;
  const full = heap.size === heap.k;
  const threshold = full ? heap.values[0] : kernels.bound(at, size, heap.k);
  // A logit that equals the worst one enters only at a lower id. A bound is reached by as many as are wanted in all: those held
  // already may be the worse ones.
  const inclusive = full ? start < heap.ids[0] : threshold > -Infinity;
  const { indices } = kernels.arena;
  const found = kernels.collect(at, size, threshold, inclusive, indices);
  offerAll(heap, block, tile, new Uint32Array(kernels.memory, indices, found));
}

/** Offers a tile's candidates from the end that is larger, so that on a slope the first ones shut the others out. */
function offerAll(heap: Heap, { values, start }: Block, tile: number, indices: Uint32Array): void {
  const from = tile * TILE;
  const last = indices.length - 1;
  if (values[from + indices[last]] > values[from + indices[0]]) {
    for (let i = last; i >= 0; i--) offer(heap, values[from + indices[i]], start + from + indices[i]);
  } else {
    for (let i = 0; i <= last; i++) offer(heap, values[from + indices[i]], start + from + indices[i]);
  }
}
