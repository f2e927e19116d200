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
  /**
   * The logits before a last division, by a temperature, that the table takes for done, and `at` and `values` do once they are asked for.
   * A reducer that looks at few logits looks at these and divides what it finds: the order is the same, but for quotients that coincide.
   */
  readonly undivided?: Undivided | undefined;
}

/** Logits of a {@linkcode Block} that are not divided yet. */
export interface Undivided {
  /** Address of the first. */
  readonly at: number;
  /** A view of them. */
  readonly values: Float32Array | Float64Array;
  /** What they are to be divided by, as `Kernels.divide` does: above 0, and finite. */
  readonly by: number;
}
