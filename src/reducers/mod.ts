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
 * Of two aligned streams:
 *
 * | symbol | what it gives of a row |
 * | --- | --- |
 * | `klDivergence`, `jsDivergence`, `renyiDivergence` | divergences of their softmaxes |
 * | `totalVariation` | the distance of these: what speculative decoding rejects |
 * | `agreement` | whether they have the same best token, how many of the k best are common |
 * | `gapVariance` | the variance of the difference of their logits |
 * | `labelCurvature` | how much likelier a label is than what a reference writes |
 * | `pearsonDistance`, `correlation`, `cosineSimilarity` | how their logits go together |
 * | `on` | a reducer of one stream on one of several |
 *
 * @module
 */
export { type Agreement, agreement, type AgreementOptions } from "./agreement.ts";
export { correlation } from "./correlation.ts";
export { cosineSimilarity } from "./cosine_similarity.ts";
export { type LabelCurvature, labelCurvature, type LabelCurvatureOptions } from "./label_curvature.ts";
export { entropy, type EntropyOptions, type InformationUnit } from "./entropy.ts";
export { gapVariance } from "./gap_variance.ts";
export { jsDivergence, type JsDivergenceOptions } from "./js_divergence.ts";
export { klDivergence, type KlDivergenceOptions } from "./kl_divergence.ts";
export { label, type LabelOptions } from "./label.ts";
export { LabelSummary } from "./label_summary.ts";
export { type ExtendedSum, logSumExp, type LogSumExpOptions } from "./log_sum_exp.ts";
export { type Margin, margin } from "./margin.ts";
export { type Maximum, maximum, type MaximumState } from "./maximum.ts";
export { type Moments, moments, type MomentsState } from "./moments.ts";
export { on } from "./on.ts";
export { pearsonDistance } from "./pearson_distance.ts";
export { perplexity } from "./perplexity.ts";
export { renyiDivergence, type RenyiDivergenceOptions } from "./renyi_divergence.ts";
export { type Specials, specials, type SpecialsState } from "./specials.ts";
export { target, type TargetOptions, type TargetScore } from "./target.ts";
export { type Candidate, topK, type TopKOptions } from "./top_k.ts";
export { totalVariation } from "./total_variation.ts";
export { varentropy } from "./varentropy.ts";
