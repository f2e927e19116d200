import { ParameterError, shown } from "../core/mod.ts";
import { finite, record } from "./_finite.ts";
import type { Ratio } from "./_link.ts";

const WHAT = "preferenceLoss";
const MASKED = "; leave pairs with a masked token out";

/** How a loss reads the completions of a pair. */
export interface Reading {
  /** The ratio is the log-probability itself. */
  readonly referenceFree: boolean;
  /** Scores are divided by the tokens. */
  readonly normalize: boolean;
  /** How many tokens there must be at least; any number, or none told, where absent. */
  readonly leastTokens?: number | undefined;
}

/** One completion of a pair, checked. */
export interface Side extends Ratio {
  /** Its log-probability under the policy. */
  readonly logprob: number;
  /** The derivative of the ratio by it. */
  readonly perLogprob: number;
  /** How many tokens it has; 0 where nobody asks. */
  readonly tokens: number;
}

/** One completion of a pair. */
export function sideOf(pair: object, name: "chosen" | "rejected", reading: Reading): Side {
  const score = record(
    WHAT,
    (pair as Record<string, unknown>)[name],
    `a pair, { chosen: { logprob, reference, tokens }, rejected: { ... } }`,
  );
  const logprob = finite(WHAT, "a pair", `${name}.logprob`, score.logprob, MASKED);
  const { referenceFree, normalize } = reading;
  const reference = referenceFree ? 0 : referenceOf(name, score.reference);
  const tokens = tokensOf(name, score.tokens, logprob !== 0 || reference !== 0, reading.leastTokens);
  // A completion without tokens has the ratio 0, whatever it is divided by.
  const count = normalize ? Math.max(tokens, 1) : 1;
  // Without a reference the score is of the mean itself; with one it is the mean of the score.
  return referenceFree
    ? { logprob, tokens, ratio: logprob / count, perLogprob: 1 / count, count: 1 }
    : { logprob, tokens, ratio: logprob - reference, perLogprob: 1, count };
}

function referenceOf(name: string, value: unknown): number {
  return finite(WHAT, "a pair", `${name}.reference`, value, `${MASKED}, or use referenceFree`);
}

function tokensOf(name: string, value: unknown, scored: boolean, least: number | undefined): number {
  if (value === undefined && least === undefined) return 0;
  if (Number.isSafeInteger(value) && (value as number) >= Math.max(least ?? 0, scored ? 1 : 0)) return value as number;
  const wanted = scored || least === 1 ? "at least 1" : "at least 0";
  const hint = scored ? "; without tokens a log-probability is 0" : "";
  throw new ParameterError(
    `Cannot use ${WHAT} on a pair whose ${name}.tokens is ${shown(value)}: wanted a whole number of ${wanted}${hint}`,
  );
}
