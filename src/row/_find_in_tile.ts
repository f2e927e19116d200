import { TILE } from "../../kernels/mod.ts";
import type { Block } from "../core/mod.ts";
import { logitBelow } from "./_logit_below.ts";
import { quotient } from "./_quotient.ts";
import { elementBytes } from "./_run.ts";

/** The lowest position in a block's tile of a logit that equals `value`, or -1. Of undivided ones those are divided that may be it. */
export function findInTile(block: Block, tile: number, value: number): number {
  const { kernels, count, undivided } = block;
  const from = tile * TILE, skip = from * elementBytes(kernels), size = Math.min(TILE, count - from);
  if (!undivided || kernels.element === "f64") return kernels.find(block.at + skip, size, value);
  const { at, values, by } = undivided, { indices } = kernels.arena;
  const found = kernels.collect(at + skip, size, logitBelow(value, true, by), false, indices);
  const candidates = new Uint32Array(kernels.memory, indices, found);
  return candidates.find((i) => quotient(kernels, values[from + i], by) === value) ?? -1;
}
