/**
 * From rows to texts, pairs and evaluations: a fold is to rows what a reducer is to the logits of a row.
 *
 * | symbol | |
 * | --- | --- |
 * | {@linkcode fold} | all of a stream to one result |
 * | {@linkcode sequences} | runs of rows, one result a run |
 * | {@linkcode rowsOf} | whole rows of logits or probabilities, for folds that take them |
 * | {@linkcode FoldState}, {@linkcode saveFolds}, {@linkcode loadFolds} | parts of a stream: merged, saved, finished |
 *
 * | folds over all | what they find |
 * | --- | --- |
 * | {@linkcode mean}, {@linkcode meanNll} | a mean with its spread; likelihood and perplexity of a text |
 * | {@linkcode accuracy}, {@linkcode logLoss}, {@linkcode brierScore}, {@linkcode ece} | how right, and how sure of it |
 * | {@linkcode auroc}, {@linkcode aupr}, {@linkcode oscr} | how well a score tells two kinds apart |
 * | {@linkcode rankingAccuracy}, {@linkcode winRate} | preferences; see {@linkcode idealLogRatio}, {@linkcode dpoDifficulty} |
 * | {@linkcode marginalLogLikelihood}, {@linkcode effectiveSampleSize} | samples; see {@linkcode candidateSoftmax} |
 * | {@linkcode hedge}, {@linkcode rewardDistance}, {@linkcode collapse} | mixtures of models, distances of rewards, lost gradients |
 * | {@linkcode columnMoments}, {@linkcode conditionalMutualInformation}, {@linkcode certify} | whole rows: centroids, spread within classes, certified radii |
 *
 * | folds of a sequence | what they find |
 * | --- | --- |
 * | {@linkcode sequenceLogprob}, {@linkcode sequenceUtility}, {@linkcode logRatio} | sums over its tokens |
 * | {@linkcode processRewards}, {@linkcode oreo}, {@linkcode oreal} | rewards and losses by token; see {@linkcode leaveOneOut}, {@linkcode softValue} |
 * | {@linkcode advantageFilter}, {@linkcode awr} | losses of steps by their advantage |
 * | {@linkcode curvature} | whether a machine wrote it |
 *
 * | monitors of rows as they flow | |
 * | --- | --- |
 * | {@linkcode guidanceMonitor} | when guidance may stop |
 * | {@linkcode collapseMonitor} | how many rows of late have lost their gradient |
 *
 * A fold finds its numbers in an item by paths: `"y.logprob"` is `item.y.logprob`.
 *
 * @module
 */
export { accuracy, type AccuracyOptions, type AccuracyResult } from "./accuracy.ts";
export { advantageFilter, type AdvantageFilterOptions, type AdvantageFilterResult } from "./advantage_filter.ts";
export { aupr, type AuprResult } from "./aupr.ts";
export { auroc, type AurocResult, type ScoredOptions } from "./auroc.ts";
export { awr, type AwrOptions, type AwrResult } from "./awr.ts";
export { type BrierResult, brierScore } from "./brier_score.ts";
export { candidateSoftmax, type CandidateSoftmaxOptions } from "./candidate_softmax.ts";
export { collapse, type CollapseOptions, type CollapseResult } from "./collapse.ts";
export { curvature, type CurvatureOptions, type CurvatureResult } from "./curvature.ts";
export { dpoDifficulty } from "./dpo_difficulty.ts";
export { ece, type EceOptions, type EceResult, type ReliabilityBin } from "./ece.ts";
export { effectiveSampleSize, type SampleSizeResult } from "./effective_sample_size.ts";
export { fold } from "./fold.ts";
export { type FoldData, FoldState } from "./fold_state.ts";
export { hedge, type HedgeOptions, type HedgeResult } from "./hedge.ts";
export { idealLogRatio, type IdealLogRatioOptions } from "./ideal_log_ratio.ts";
export { leaveOneOut } from "./leave_one_out.ts";
export { loadFolds } from "./load_folds.ts";
export { type BinaryOptions, logLoss, type LogLossResult } from "./log_loss.ts";
export { logRatio, type LogRatioResult } from "./log_ratio.ts";
export { marginalLogLikelihood, type MarginalResult } from "./marginal_log_likelihood.ts";
export { mean, type MeanResult } from "./mean.ts";
export { meanNll, type NllResult } from "./mean_nll.ts";
export { oreal, type OrealOptions, type OrealResult } from "./oreal.ts";
export { oreo, type OreoOptions, type OreoResult } from "./oreo.ts";
export { oscr, type OscrOptions, type OscrResult } from "./oscr.ts";
export {
  processRewards,
  type ProcessRewardsOptions,
  type ProcessRewardsResult,
  type ProcessStep,
} from "./process_rewards.ts";
export { rankingAccuracy, type RankingAccuracyOptions, type RankingAccuracyResult } from "./ranking_accuracy.ts";
export { rewardDistance, type RewardDistanceOptions, type RewardDistanceResult } from "./reward_distance.ts";
export { saveFolds } from "./save_folds.ts";
export { sequenceLogprob, type SequenceLogprobResult } from "./sequence_logprob.ts";
export { sequenceUtility, type SequenceUtilityResult } from "./sequence_utility.ts";
export { type Sequence, sequences, type SequencesOptions } from "./sequences.ts";
export { softValue, type SoftValueOptions } from "./soft_value.ts";
export { winRate, type WinRateOptions, type WinRateResult } from "./win_rate.ts";
export { certify, type CertifyOptions, type CertifyResult } from "./certify.ts";
export { columnMoments, type ColumnMomentsOptions, type ColumnMomentsResult } from "./column_moments.ts";
export {
  conditionalMutualInformation,
  type ConditionalMutualInformationOptions,
  type ConditionalMutualInformationResult,
} from "./conditional_mutual_information.ts";
export { guidanceMonitor, type GuidanceMonitorOptions, type GuidanceReading } from "./guidance_monitor.ts";
export { collapseMonitor, type CollapseMonitorOptions, type CollapseReading } from "./collapse_monitor.ts";
export type { MapCertificate } from "./map_certificate.ts";
export { rowsOf, type RowsOfOptions, type ValueRow } from "./rows_of.ts";
