/**
 * Losses of preferences: plain functions from log-probabilities of whole completions, or from rewards, to a number and its derivatives.
 *
 * | symbol | what it is of |
 * | --- | --- |
 * | {@linkcode preferenceLoss} | a pair of completions: DPO, IPO, SimPO, ORPO and their kin, as options |
 * | {@linkcode unpairedLoss} | one completion, good or bad: BCO, KTO |
 * | {@linkcode rewardLoss} | the rewards of a pair: Bradley-Terry plain, with a margin, scaled; regression |
 *
 * @module
 */
export type { PairSlopes } from "./pair_slopes.ts";
export {
  type PairLossName,
  type PreferenceLink,
  type PreferenceLoss,
  preferenceLoss,
  type PreferenceLossOptions,
} from "./preference_loss.ts";
export { type Centre, type RewardLoss, rewardLoss, type RewardLossOptions } from "./reward_loss.ts";
export type { Rewards } from "./rewards.ts";
export type { Scores } from "./scores.ts";
export type { SequenceScore } from "./sequence_score.ts";
export type { RunningSum, ShiftState } from "./shift_state.ts";
export { type UnpairedLoss, unpairedLoss, type UnpairedLossOptions } from "./unpaired_loss.ts";
export type { UnpairedScore } from "./unpaired_score.ts";
