import { define, type Fold } from "../core/mod.ts";
import { addExact, exactValue } from "../row/inside.ts";
import { bothAt } from "./_both_at.ts";
import { sumsState } from "./_sums.ts";

/** What {@linkcode logRatio} finds. */
export interface LogRatioResult {
  /** How many tokens both had. */
  readonly tokens: number;
  /** `sum of (log p - log q)`, in nats; 0 of an empty sequence. */
  readonly logRatio: number;
  /** The same a token; 0 of an empty sequence, which `tokens` tells. */
  readonly mean: number;
  /** The log-probability under the first. */
  readonly logprob: number;
  /** Under the second: the reference. */
  readonly referenceLogprob: number;
}

/**
 * The log-ratio of a sequence under two models, `sum of (log p - log q)`: the implicit reward of direct preference optimisation, and, of a
 * strong and a weak model, the density-ratio reward of CDR.
 *
 * Needs: rows with both log-probabilities. A row that has only one of them is refused: a sum over different tokens is no ratio. One that has
 * neither counts for nothing. Gives: {@linkcode LogRatioResult}. Specials: as addition has them: a token masked in both makes it NaN.
 * Accuracy: exact sums. Mergeable. State: about 1 KB.
 *
 * @example A policy and its reference
 * ```ts
 * import { fold, logRatio } from "@sluice/sluice/folds";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = [[-0.5, -0.75], [-1.25, -1], [-0.125, -0.5]].map(([policy, reference]) => ({ policy, reference }));
 * const { r } = await fold(rows, { r: logRatio("policy", "reference") });
 * assertEquals([r.logRatio, r.mean], [0.375, 0.125]);
 * ```
 *
 * @param policy The path of the log-probability under the model that is asked about.
 * @param reference That under the other.
 * @returns The fold.
 * @throws {ParameterError} If a path is none; from `step`, if what is there is no number, or one of the two is missing.
 */
export function logRatio(policy: string, reference: string): Fold<unknown, LogRatioResult> {
  return logRatioDefinition.call({}, policy, reference);
}

/** Its row of the catalogue. */
export const logRatioDefinition = /* @__PURE__ */ define({
  name: "logRatio",
  kind: "fold",
  help: "the log-ratio of a sequence under two models",
  options: {
    policy: { type: "text", argument: true, help: "the path of the log-probability under the model asked about" },
    reference: { type: "text", argument: true, help: "the path of that under the other" },
  },
  make({ policy, reference }, spec): Fold<unknown, LogRatioResult> {
    const find = bothAt("logRatio", policy, reference);
    return {
      spec,
      ...sumsState(2),
      step(state, item) {
        const both = find(item);
        if (!both) return;
        state.count++;
        addExact(state.sums[0], both[0]);
        addExact(state.sums[1], both[1]);
      },
      finish({ count, sums: [first, second] }) {
        const logprob = exactValue(first), referenceLogprob = exactValue(second), ratio = logprob - referenceLogprob;
        return { tokens: count, logRatio: ratio, mean: ratio / Math.max(1, count), logprob, referenceLogprob };
      },
    };
  },
});
