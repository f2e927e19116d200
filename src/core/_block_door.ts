import type { Kernels } from "../../kernels/mod.ts";
import { inArena } from "./in_arena.ts";
import type { Operator } from "./operator.ts";

/** The way around the tiles of an operator that looks at neither row nor id. */
export interface BlockDoor {
  /** What `apply` does, for `count` logits from an address of an arena on, as many as there are: by one call of a kernel. */
  applyBlock(kernels: Kernels, at: number, count: number): void;
  /**
   * Set where that is `Kernels.divide` by this number: where such an operator is the last one, the sweep divides as it reads, to the same
   * bits. Above 0, and finite, in float32 too.
   */
  readonly divisor?: number;
}

/** On `apply`, not on the operator: whoever makes an operator of another one, with an `apply` of his own, shall have that called. */
const DOOR = Symbol("block door");

/** The `apply` that has this door. */
export function blockwise(door: BlockDoor): Operator["apply"] {
  const apply: Operator["apply"] = ({ values }) => inArena(values, door.applyBlock);
  return Object.assign(apply, { [DOOR]: door });
}

/** The door of an operator, if it has one. */
export function blockDoorOf({ apply }: Operator): BlockDoor | undefined {
  return (apply as { readonly [DOOR]?: BlockDoor })[DOOR];
}
