/**
 * Statistics of a row as mergeable monoids.
 *
 * | symbol | what it gives of a row |
 * | --- | --- |
 * | `logSumExp` | `ln sum e^x`, or the raw pair |
 * | `maximum` | the largest logit and its id |
 * | `topK` | the k largest, with log-probabilities |
 * | `entropy`, `varentropy`, `perplexity` | the uncertainty of its softmax |
 * | `margin` | how far the likeliest token is ahead of the next |
 * | `moments` | mean, variance and minimum of its logits |
 * | `target` | logits, log-probabilities and ranks of given ids |
 * | `label`, `LabelSummary` | the same of each row's own label; likelihood and perplexity of the text |
 * | `specials` | how many logits are NaN or infinite |
 *
 * @module
 */
export { entropy, type EntropyOptions, type InformationUnit } from "./entropy.ts";
export { label, type LabelOptions } from "./label.ts";
export { LabelSummary } from "./label_summary.ts";
export { type ExtendedSum, logSumExp, type LogSumExpOptions } from "./log_sum_exp.ts";
export { type Margin, margin } from "./margin.ts";
export { type Maximum, maximum, type MaximumState } from "./maximum.ts";
export { type Moments, moments, type MomentsState } from "./moments.ts";
export { perplexity } from "./perplexity.ts";
export { type Specials, specials, type SpecialsState } from "./specials.ts";
export { target, type TargetOptions, type TargetScore } from "./target.ts";
export { type Candidate, topK, type TopKOptions } from "./top_k.ts";
export { varentropy } from "./varentropy.ts";
