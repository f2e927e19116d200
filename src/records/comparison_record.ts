import type { StreamReport } from "../core/mod.ts";

/** Two rows side by side as the command line writes them: the order of the fields is the contract. */
export interface ComparisonRecord {
  /** The sources' row number. */
  readonly row: number;
  /** How many logits each row has. */
  readonly count: number;
  /** KL(A || B), in nats; NaN where either row has no distribution. */
  readonly kl: number;
  /** KL(B || A), in nats. */
  readonly klReverse: number;
  /** The Jensen-Shannon divergence, in nats. */
  readonly js: number;
  /** The total variation distance, from 0 to 1. */
  readonly tv: number;
  /** Whether both have the same likeliest token; `null` where either has none. */
  readonly agree: boolean | null;
  /** The likeliest token of each. */
  readonly argmax: readonly [number | null, number | null];
  /** The share of common ids among the likeliest tokens of each. */
  readonly overlap: number;
  /** With labels: the row's, and its log-probability in each; `null` for a row without one. */
  readonly label?: { readonly id: number; readonly logprob: readonly [number, number] } | null;
  /** What is wrong with a stream that has no distribution; absent where both have one. */
  readonly streams?: Readonly<Record<string, StreamReport>>;
}
