import type { Backend } from "../../kernels/mod.ts";
import type { Spill } from "./spill.ts";

/** What every flow takes. */
export interface FlowOptions {
  /** Rows to read, `[from, to)`; all when absent. */
  readonly rows?: readonly [number, number];
  /** The arithmetic; the fastest that runs here when absent. f64 rows always have the bits of the reference. */
  readonly backend?: Backend;
  /** What a row with NaN, +Infinity or no allowed token does: is reported (the default), or ends the flow. */
  readonly onInvalid?: "report" | "throw";
  /**
   * Most reads of a row. When absent: 2, or what a reducer says it may need (see `explain`). What needs more (a map of a map) is refused
   * unless this allows it.
   */
  readonly reads?: number;
  /** Bytes of one row kept for a second read; 8 MiB when absent. */
  readonly rowCache?: number;
  /** Where rows of a one-shot source go that outgrow the row cache and are read twice. None when absent. */
  readonly spill?: Spill;
  /** Stops the flow: it errors with the signal's reason, and the source is given back. */
  readonly signal?: AbortSignal;
}
