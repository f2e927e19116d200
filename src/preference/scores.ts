import type { SequenceScore } from "./sequence_score.ts";

/** Two completions of a prompt, and which of them is preferred. */
export interface Scores {
  /** The preferred completion. */
  readonly chosen: SequenceScore;
  /** The other one. */
  readonly rejected: SequenceScore;
}
