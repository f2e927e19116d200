import { exp } from "../../kernels/mod.ts";
import { define, type Fold } from "../core/mod.ts";
import { exactValue } from "../row/inside.ts";
import { numberAt } from "./_fields.ts";
import { addTo, errorOf, meanOf, SPREAD_STATE } from "./_spread.ts";

/** What {@linkcode sequenceLogprob} finds. */
export interface SequenceLogprobResult {
  /** How many tokens had a log-probability. */
  readonly tokens: number;
  /** Their sum, in nats: what a preference loss takes. 0 of an empty sequence. */
  readonly logprob: number;
  /** `e^(-logprob / tokens)`; NaN of an empty sequence. */
  readonly perplexity: number;
  /** The standard error of the perplexity; NaN of fewer than two tokens. */
  readonly standardError: number;
}

/**
 * The log-probability of a sequence, `sum of log p(token)`, with its perplexity: the `SequenceScore` of a preference loss.
 *
 * Needs: log-probabilities, as `label` gives; rows without one count for nothing. Gives: {@linkcode SequenceLogprobResult}. Specials: a
 * masked token makes it -Infinity, an invalid row NaN. Accuracy: exact sums. Mergeable. State: about 1 KB.
 *
 * @example A completion of three tokens
 * ```ts
 * import { fold, sequenceLogprob } from "@sluice/sluice/folds";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = [-0.5, -1.25, -0.125].map((logprob) => ({ y: { logprob } }));
 * const { chosen } = await fold(rows, { chosen: sequenceLogprob() });
 * assertEquals([chosen.tokens, chosen.logprob], [3, -1.875]);
 * ```
 *
 * @param field The path of the log-probability in a row; `"y.logprob"` when absent.
 * @returns The fold.
 * @throws {ParameterError} If the path is none; from `step`, if what is there is no number.
 */
export function sequenceLogprob(field?: string): Fold<unknown, SequenceLogprobResult> {
  return sequenceLogprobDefinition.call({}, field);
}

/** Its row of the catalogue. */
export const sequenceLogprobDefinition = /* @__PURE__ */ define({
  name: "sequenceLogprob",
  kind: "fold",
  help: "the log-probability of a sequence, and its perplexity",
  options: {
    field: {
      type: "text",
      argument: true,
      sole: true,
      default: "y.logprob",
      help: "the path of the log-probability in a row",
    },
  },
  make({ field }, spec): Fold<unknown, SequenceLogprobResult> {
    const find = numberAt("sequenceLogprob", field);
    return {
      spec,
      ...SPREAD_STATE,
      step(state, item) {
        const logprob = find(item);
        if (logprob !== undefined) addTo(state, logprob);
      },
      finish(state) {
        const perplexity = exp(0 - meanOf(state));
        return {
          tokens: state.count,
          logprob: exactValue(state.sum),
          perplexity,
          standardError: perplexity * errorOf(state),
        };
      },
    };
  },
});
