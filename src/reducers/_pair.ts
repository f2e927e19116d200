import type { RowFacts } from "../core/mod.ts";

/** The option that names the stream whose softmax is p. */
export const P = { type: "text", argument: true, help: "the stream whose softmax is p" } as const;
/** The option that names the stream whose softmax is q. */
export const Q = { type: "text", argument: true, help: "the stream whose softmax is q" } as const;

/** Whether either of two rows has no distribution: NaN, +Infinity, or no allowed token. */
export function hasNone(p: RowFacts, q: RowFacts): boolean {
  return [p, q].some(({ nan, posInf, allMasked }) => nan > 0 || posInf > 0 || allMasked);
}

/** `L(x) - L(t)`, the difference of two rows' log-sum-exps: what is large on either side is taken off the other first. */
export function logSumGap(p: RowFacts, q: RowFacts): number {
  return (p.maximum - q.maximum) + (p.logSum - q.logSum);
}

/** The options of what has no direction. */
export const FIRST = { type: "text", argument: true, help: "one stream" } as const;
/** See {@linkcode FIRST}. */
export const SECOND = { type: "text", argument: true, help: "the other stream" } as const;
