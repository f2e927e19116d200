import { exp } from "../../kernels/mod.ts";
import { define, type Fold } from "../core/mod.ts";
import { numberAt } from "./_fields.ts";
import { addTo, errorOf, meanOf, SPREAD_STATE } from "./_spread.ts";

/** What {@linkcode meanNll} finds. */
export interface NllResult {
  /** How many rows had a label. */
  readonly rows: number;
  /** Mean negative log-likelihood, in nats; NaN without rows. */
  readonly nll: number;
  /** `e^nll`. */
  readonly perplexity: number;
  /** The standard error of the perplexity, `perplexity sd(logprob) / sqrt(n)`; NaN of fewer than two rows. */
  readonly standardError: number;
}

/**
 * Mean negative log-likelihood `-(1/n) sum logprob` of a text, its perplexity `e^nll`, and how sure that is: what `LabelSummary` gives, for
 * rows in any order and in any parts. It is also scikit-learn's `log_loss` of more than two classes.
 *
 * The standard error is that of the mean, carried through the exponential (delta method); it takes tokens for independent.
 * Needs: log-probabilities, as `label` gives; rows without one count for nothing. Gives: {@linkcode NllResult}. Specials: a masked label
 * makes both Infinity; one of an invalid row makes both NaN. Accuracy: sums are exact. Mergeable. State: about 1 KB.
 *
 * @example A text of which one token is ignored
 * ```ts
 * import { fold, meanNll } from "@sluice/sluice/folds";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const rows = [{ y: { logprob: -1 } }, { y: undefined }, { y: { logprob: -2 } }];
 * const { text } = await fold(rows, { text: meanNll("y.logprob") });
 * assertAlmostEquals(text.nll, 1.5, 1e-15);
 * assertAlmostEquals(text.perplexity, Math.exp(1.5), 1e-12);
 * assertAlmostEquals(text.standardError, Math.exp(1.5) * 0.5, 1e-12);
 * ```
 *
 * @param field The path of the log-probability in a row; `"y.logprob"` when absent.
 * @returns The fold.
 * @throws {ParameterError} If the path is none; from `step`, if what is there is no number.
 */
export function meanNll(field?: string): Fold<unknown, NllResult> {
  return meanNllDefinition.call({}, field);
}

/** Its row of the catalogue. */
export const meanNllDefinition = /* @__PURE__ */ define({
  name: "meanNll",
  kind: "fold",
  help: "mean negative log-likelihood and perplexity, with its standard error",
  options: {
    field: {
      type: "text",
      argument: true,
      sole: true,
      default: "y.logprob",
      help: "the path of the log-probability in a row",
    },
  },
  make({ field }, spec): Fold<unknown, NllResult> {
    const find = numberAt("meanNll", field);
    return {
      spec,
      ...SPREAD_STATE,
      step(state, item) {
        const logprob = find(item);
        if (logprob !== undefined) addTo(state, logprob);
      },
      finish(state) {
        const nll = 0 - meanOf(state), perplexity = exp(nll);
        return { rows: state.count, nll, perplexity, standardError: perplexity * errorOf(state) };
      },
    };
  },
});
