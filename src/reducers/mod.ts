/**
 * Statistics of a row as mergeable monoids.
 *
 * | symbol | what it gives of a row |
 * | --- | --- |
 * | `logSumExp` | `ln sum e^x`, or the raw pair |
 * | `maximum` | the largest logit and its id |
 * | `topK` | the k largest, with log-probabilities |
 * | `entropy`, `varentropy`, `perplexity` | the uncertainty of its softmax |
 * | `moments` | mean, variance and minimum of its logits |
 * | `target` | logits, log-probabilities and ranks of given ids |
 * | `label`, `LabelSummary` | the same of each row's own label; likelihood and perplexity of the text |
 * | `specials` | how many logits are NaN or infinite |
 *
 * @module
 */
export * from "./entropy.ts";
export * from "./label.ts";
export * from "./label_summary.ts";
export * from "./log_sum_exp.ts";
export * from "./maximum.ts";
export * from "./moments.ts";
export * from "./perplexity.ts";
export * from "./specials.ts";
export * from "./target.ts";
export * from "./top_k.ts";
export * from "./varentropy.ts";
