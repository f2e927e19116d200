/** The derivatives of a loss of a pair. */
export interface PairSlopes {
  /** By the score of the preferred one. */
  readonly chosen: number;
  /** By the score of the other one. */
  readonly rejected: number;
}
