/**
 * Row maps: what a second read makes of a row of which everything is known. `normalize` and `map` run them.
 *
 * | map | what a logit becomes |
 * | --- | --- |
 * | {@linkcode softmax} | its probability |
 * | {@linkcode logSoftmax} | its log-probability |
 *
 * And {@linkcode normalizeRow}, which maps one row in memory, synchronously.
 *
 * @module
 */
export { logSoftmax } from "./log_softmax.ts";
export * from "./normalize_row.ts";
export { softmax } from "./softmax.ts";
