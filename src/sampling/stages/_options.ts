// Options that several stages share.

/** Above 0, below 1: of the stages that keep what is likely enough. */
export const EPSILON = { type: "number", above: 0, below: 1, argument: true, help: "the least probability" } as const;

/** Fewest tokens kept. */
export const MIN_KEEP = { type: "whole", least: 1, default: 1, help: "fewest tokens kept" } as const;

/** What equal logits at a cut do. */
export const TIES = {
  type: "choice",
  words: ["lowestId", "highestId", "all"],
  default: "lowestId",
  help: "which of equal logits stay at a cut",
} as const;
