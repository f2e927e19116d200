/** A part of a `[rows, vocabulary]` array. Both intervals are half open: `[from, to)`. */
export interface Range {
  /** Rows to read; all when absent. */
  readonly rows?: readonly [number, number];
  /** Ids of each row to read; all when absent. */
  readonly columns?: readonly [number, number];
  /** Stops the read: the stream errors with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * Whether chunks may be given back (`release`), so that the next ones need no new memory. Who asks for it must be the only one that
   * sees them: of a stream that is teed, one branch would read what the other gave back.
   */
  readonly reuse?: boolean;
}
