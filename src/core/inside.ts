/** What rooms above need of this one, and nobody else. */
export { applyTiles } from "./_apply_tiles.ts";
export { type BlockDoor, blockDoorOf, blockwise } from "./_block_door.ts";
export { isNeeded } from "./_is_needed.ts";
export { localSpec } from "./_local_spec.ts";
export { type Position, positionAfter } from "./_position.ts";
export { type Unaliased, unaliased } from "./_unaliased.ts";
