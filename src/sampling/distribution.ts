/** The processed distribution of a row: the kept tokens, likeliest first, of equally likely ones the lower id first. */
export interface Distribution {
  /** Their ids. */
  readonly ids: Uint32Array;
  /** Their probabilities: they sum to 1. */
  readonly probabilities: Float64Array;
  /** Why there is none: the row holds NaN or +Infinity, or no token is left. */
  readonly why?: "nan" | "infinity" | "masked";
}
