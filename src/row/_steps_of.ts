import type { Operator } from "../core/mod.ts";
import { type BlockDoor, blockDoorOf } from "../core/inside.ts";

/** What is done to a run in one go: by a kernel to all of it, or tile by tile, several operators while a tile is at hand. */
export type Step = BlockDoor | readonly Operator[];

/** Operators as steps, in their order. */
export function stepsOf(operators: readonly Operator[]): readonly Step[] {
  const steps: (BlockDoor | Operator[])[] = [];
  for (const operator of operators) {
    const door = blockDoorOf(operator), last = steps.at(-1);
    if (door) steps.push(door);
    else if (Array.isArray(last)) last.push(operator);
    else steps.push([operator]);
  }
  return steps;
}
