/** A token and its log-probability. */
export interface TokenLogprob {
  /** Its id. */
  readonly id: number;
  /** In nats. */
  readonly logprob: number;
}

/** What a sampler says of one row. */
export interface Sample {
  /** The token; `undefined` in a row that has no distribution. */
  readonly id: number | undefined;
  /** Its log-probability under the processed distribution (after the whole chain); NaN without a token. */
  readonly logprob: number;
  /** Reads of the row that the answer took. */
  readonly reads: number;
  /**
   * Why there is no token: a logit is NaN or +Infinity, as read or behind the chain's edits; the chain and its masks leave none; or
   * (`"undecided"`) it takes another read, which a state that is finished by itself cannot have.
   */
  readonly why?: "nan" | "infinity" | "masked" | "undecided";
  /** With `draws` above 1: all tokens drawn, without replacement, the first included; fewer where fewer are kept. */
  readonly draws?: readonly TokenLogprob[];
  /** With `details`: what else is known of the token and the row. */
  readonly details?: SampleDetails;
  /** With `topLogprobs`: the row's likeliest tokens under the raw distribution, best first. */
  readonly top?: readonly TokenLogprob[];
}

/** More about a sample. "Raw" is the row as it came, before the chain. */
export interface SampleDetails {
  /** The token's log-probability under the raw distribution. */
  readonly rawLogprob: number;
  /** 1 + how many raw logits are larger than the token's. */
  readonly rank: number;
  /** How many tokens the chain keeps. */
  readonly kept: number;
  /**
   * The share of the row's probability that they had before the first truncator (after penalties, bias and the like); NaN where a chain
   * edits what a truncator left when that is more than 256 tokens.
   */
  readonly keptMass: number;
  /** Entropy of the raw distribution, in nats. */
  readonly entropy: number;
  /** Entropy of the processed distribution, in nats. */
  readonly keptEntropy: number;
}
