import type { Kernels, Level } from "../../kernels/mod.ts";

/**
 * A run of whole tiles of one row in the arena, after the sweep: what the built-in reducers step over.
 * (The last tile of a row may be partial.) Valid during the call only.
 */
export interface Block {
  /** The arithmetic whose arena holds the logits. */
  readonly kernels: Kernels;
  /** Address of the first logit. */
  readonly at: number;
  /** How many logits. */
  readonly count: number;
  /** How many tiles: rows of the table. */
  readonly tiles: number;
  /** The source's row number. */
  readonly row: number;
  /** The id of the first logit: a multiple of the tile size. */
  readonly start: number;
  /** What the sweep learnt of each tile: see `Column` of the kernels. */
  readonly table: Float64Array;
  /** How far the sweep went. */
  readonly level: Level;
  /** Where the weights of the logits are stored, as `Kernels.store` writes them; only for a fact that asked for them. */
  readonly weights?: number | undefined;
  /** A view of the logits themselves. */
  readonly values: Float32Array | Float64Array;
}
