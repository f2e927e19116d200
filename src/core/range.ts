/** A part of a `[rows, vocabulary]` array. Both intervals are half open: `[from, to)`. */
export interface Range {
  /** Rows to read; all when absent. */
  readonly rows?: readonly [number, number];
  /** Ids of each row to read; all when absent. */
  readonly columns?: readonly [number, number];
  /** Stops the read: the stream errors with the signal's reason. */
  readonly signal?: AbortSignal;
}
