/** One known token of a row, as it is written. */
export interface ScoreRecord {
  /** Its id. */
  readonly id: number;
  /** Its logit. */
  readonly logit: number;
  /** Its log-probability, in nats. */
  readonly logprob: number;
  /** 1 + how many logits are larger; `null` where the row has none. */
  readonly rank?: number | null;
}
