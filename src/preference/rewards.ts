/** The scalar rewards of two completions of a prompt, and what is known of them. */
export interface Rewards {
  /** The reward of the preferred completion. */
  readonly chosen: number;
  /** The reward of the other one. */
  readonly rejected: number;
  /** How much better the preferred one is, for what is made of it: 1 to 3 in HelpSteer2. */
  readonly strength?: number;
  /** What people rated them, for a regression. */
  readonly ratings?: {
    /** The rating of the preferred completion. */
    readonly chosen: number;
    /** The rating of the other one. */
    readonly rejected: number;
  };
}
