import type { Block } from "../core/mod.ts";
import { quotient } from "./_quotient.ts";

/** One logit of a block, without dividing all of it. */
export function logitAt(block: Block, position: number): number {
  const { kernels, undivided } = block;
  return undivided ? quotient(kernels, undivided.values[position], undivided.by) : block.values[position];
}
