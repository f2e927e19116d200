/** A mean of numbers seen so far. */
export interface RunningMean {
  /** How many there were. */
  count: number;
  /** Their mean; 0 without any. */
  mean: number;
}

/** What an unpaired loss has seen: plain data, to be kept, saved as JSON or thrown away by whoever made it. */
export interface ShiftState {
  /** Of the good completions. */
  readonly desirable: RunningMean;
  /** Of the others. */
  readonly undesirable: RunningMean;
}
