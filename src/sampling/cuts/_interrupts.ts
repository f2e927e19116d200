/**
 * What ends a run of the stages on a ladder before its end. Both are thrown, because a stage, which may be a user's own, calls the ladder
 * from anywhere in its `cut`. Both are caught in one place alone, where `RowRun` (reads/_row_run.ts) runs the stages and draws.
 *
 * @module
 */
import type { Wanted } from "../reads/_row_source.ts";

/** The row must be read again, for these passes over it. */
export class ReadAgain {
  constructor(readonly wanted: readonly Wanted[]) {}
}

/** A decision hangs on the last digits of the sums: the stages run again, on sums in float64. */
export class Unsure {}

/** The chain has made a logit NaN or +Infinity: the row gives no token. */
export class InvalidLogit {
  constructor(readonly why: "nan" | "infinity") {}
}
