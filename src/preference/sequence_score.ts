/** How likely a completion is: the sum of the log-probabilities of its tokens, in nats. */
export interface SequenceScore {
  /** Under the policy: what the slopes are derivatives by. */
  readonly logprob: number;
  /** Under the reference. */
  readonly reference?: number;
  /** How many tokens it has: for what is a mean over them. */
  readonly tokens?: number;
}
