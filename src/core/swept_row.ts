import type { Kernels } from "../../kernels/mod.ts";

/**
 * A row that is one tile, whole in the arena, after the sweep, and without NaN or +Infinity: what a reducer answers at once, with no
 * state and no facts. Valid during the call only.
 */
export interface SweptRow {
  /** The arithmetic whose arena holds the logits. */
  readonly kernels: Kernels;
  /** Address of the first logit. */
  readonly at: number;
  /** All of the arena as logits: a view a row would cost more than the row. */
  readonly memory: Float32Array | Float64Array;
  /** Where among them the first one lies. */
  readonly first: number;
  /** How many logits. */
  readonly count: number;
  /** The source's row number. */
  readonly row: number;
  /** The largest logit; -Infinity where all are masked. */
  readonly maximum: number;
  /** `ln(sum e^(x - maximum))`; NaN where nobody needs the sum. */
  readonly logSum: number;
}
