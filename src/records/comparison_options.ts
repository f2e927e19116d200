/** What a comparison holds besides what it always has. */
export interface ComparisonOptions {
  /** Among how many of the likeliest tokens of each common ids are counted; 10 when absent. */
  readonly topK?: number | undefined;
  /** One id a row to score; -100 for rows to leave out. */
  readonly labels?: ArrayLike<number> | undefined;
  /** Scores row i against label i + 1. */
  readonly shift?: boolean | undefined;
}
