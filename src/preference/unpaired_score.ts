/** A completion that somebody found good or bad, and how likely it is: sums of log-probabilities of its tokens, in nats. */
export interface UnpairedScore {
  /** Under the policy: what the slope is a derivative by. */
  readonly logprob: number;
  /** Under the reference. */
  readonly reference: number;
  /** Whether it is of the good ones. */
  readonly desirable: boolean;
}
