/**
 * What ends a run of the stages on a ladder before its end. Both are thrown, because a stage, which may be a user's own, calls the ladder
 * from anywhere in its `cut`. Both are caught in one place alone, where `RowRun` (reads/_row_run.ts) runs the stages and draws.
 *
 * @module
 */

/** This read of the row cannot tell something: the row is read again, with more of it listed. */
export class ReadAgain {
  constructor(readonly unknown: string) {}
}

/** The chain has made a logit NaN or +Infinity: the row gives no token. */
export class InvalidLogit {
  constructor(readonly why: "nan" | "infinity") {}
}
