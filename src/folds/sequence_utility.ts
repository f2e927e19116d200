import { define, type Fold } from "../core/mod.ts";
import { addExact, exactValue } from "../row/inside.ts";
import { numberAt } from "./_fields.ts";
import { sumsState } from "./_sums.ts";

/** What {@linkcode sequenceUtility} finds. */
export interface SequenceUtilityResult {
  /** How many tokens had a logit. */
  readonly tokens: number;
  /** The sum of their raw logits; 0 of an empty sequence. */
  readonly utility: number;
  /** The sum of their log-probabilities, beside it. */
  readonly logprob: number;
}

/**
 * The utility of a sequence: the sum of the *raw* logits of its tokens, beside its log-probability. Logits move by the gradient of the
 * likelihood, `u_y += eta (1 - p_y)`, so they are learned utilities; unlike log-probabilities they feel a shift of a row. This is our own
 * reading, not a formula of a paper.
 *
 * Needs: scores of labels, as `label` gives; rows without one count for nothing. Gives: {@linkcode SequenceUtilityResult}. Specials: as
 * addition has them. Mergeable. State: about 1 KB.
 *
 * @example Two tokens
 * ```ts
 * import { fold, sequenceUtility } from "@sluice/sluice/folds";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = [{ y: { logit: 2, logprob: -1.5 } }, { y: { logit: 2.75, logprob: -0.75 } }];
 * const { of } = await fold(rows, { of: sequenceUtility() });
 * assertEquals([of.utility, of.logprob], [4.75, -2.25]);
 * ```
 *
 * @param field The path of the label's score in a row, `{ logit, logprob }`; `"y"` when absent.
 * @returns The fold.
 * @throws {ParameterError} If the path is none; from `step`, if what is there is no number.
 */
export function sequenceUtility(field?: string): Fold<unknown, SequenceUtilityResult> {
  return sequenceUtilityDefinition.call({}, field);
}

/** Its row of the catalogue. */
export const sequenceUtilityDefinition = /* @__PURE__ */ define({
  name: "sequenceUtility",
  kind: "fold",
  help: "the sum of the raw logits of a sequence's tokens",
  options: {
    field: { type: "text", argument: true, sole: true, default: "y", help: "the path of the label's score in a row" },
  },
  make({ field }, spec): Fold<unknown, SequenceUtilityResult> {
    const find = numberAt("sequenceUtility", `${field}.logit`), also = numberAt("sequenceUtility", `${field}.logprob`);
    return {
      spec,
      ...sumsState(2),
      step(state, item) {
        const logit = find(item), logprob = also(item);
        if (logit === undefined || logprob === undefined) return;
        state.count++;
        addExact(state.sums[0], logit);
        addExact(state.sums[1], logprob);
      },
      finish: ({ count, sums: [utility, logprob] }) => ({
        tokens: count,
        utility: exactValue(utility),
        logprob: exactValue(logprob),
      }),
    };
  },
});
