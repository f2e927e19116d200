/** What a number was over all rows. */
export interface Spread {
  /** The mean. */
  readonly mean: number;
  /** The value that half of the rows are no larger than. */
  readonly median: number;
  /** The value that 99 of 100 rows are no larger than. */
  readonly p99: number;
  /** The largest. */
  readonly max: number;
}

/** What the last line of a comparison says. Rows in which either stream has no distribution are left out of all but their number. */
export interface ComparisonSummary {
  /** How many rows were compared. */
  readonly rows: number;
  /** How many of them are left out; absent where none is. */
  readonly invalid?: number;
  /** KL(A || B), in nats. */
  readonly kl: Spread;
  /** The Jensen-Shannon divergence, in nats. */
  readonly js: Spread;
  /** The total variation distance. */
  readonly tv: Spread;
  /** The share of rows with the same likeliest token. */
  readonly agreement: number;
  /** With labels: the perplexity of the text by each. */
  readonly perplexity?: readonly [number, number];
  /** With labels: the mean of `ln p_A(label) - ln p_B(label)`, the logarithm of the ratio of B's perplexity to A's. */
  readonly meanLogRatio?: number;
  /** Its standard error: the sample deviation by the root of the number of labels; NaN of fewer than two. */
  readonly standardError?: number;
  /** Medians and 99th percentiles are those of a histogram, within 0.4 % of the exact ones: of more than 2^20 rows. */
  readonly approximate?: true;
}
