import type { ReducerSet } from "../row/inside.ts";
import type { RowTarget } from "./_reduce_work.ts";

/** A flow that is reduced: what is asked, how rows are had, and how all is given back. */
export interface Reduction {
  readonly set: ReducerSet;
  readonly flow: { close(reason?: unknown): Promise<void> };
  readonly work: { pull(target: RowTarget): Promise<boolean> };
}
