/** The exact sum of numbers seen so far. */
export interface RunningSum {
  /** How many there were. */
  count: number;
  /** Float64 numbers whose exact sum it is. */
  readonly parts: number[];
}

/** What an unpaired loss has seen: plain data, to be kept, merged, saved as JSON or thrown away by whoever made it. */
export interface ShiftState {
  /** Of the good completions. */
  readonly desirable: RunningSum;
  /** Of the others. */
  readonly undesirable: RunningSum;
}
