/**
 * Maps on logits, id by id. `logits.pipe(...operators)` is again logits; each operator's `stream()` is a `TransformStream`
 * for whoever composes Web Streams by hand.
 *
 * | operator | does |
 * | --- | --- |
 * | {@linkcode temperature} | `x / T` |
 * | {@linkcode softcap} | `c * tanh(x / c)` |
 * | {@linkcode logitBias} | `x + bias` at some ids |
 * | {@linkcode mask} | -Infinity at disallowed ids: allowed ids, denied ids, or packed bits |
 * | {@linkcode rechunk} | nothing to the logits: cuts the stream anew |
 *
 * @module
 */
export { type Bias, logitBias } from "./logit_bias.ts";
export { mask, type MaskOperator, type MaskOptions } from "./mask.ts";
export { rechunk } from "./rechunk.ts";
export { softcap } from "./softcap.ts";
export { temperature } from "./temperature.ts";
