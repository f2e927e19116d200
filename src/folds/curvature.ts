import { define, type Fold, ParameterError } from "../core/mod.ts";
import { addExact, exactValue } from "../row/inside.ts";
import { numberAt } from "./_fields.ts";
import { sumsState } from "./_sums.ts";

/** Options of {@linkcode curvature}. */
export interface CurvatureOptions {
  /** The path of the token's log-probability under the scoring model; `"y.logprob"` when absent. */
  readonly logprob?: string;
  /** The path of its entropy, for one model: the expected log-probability is its negative; `"entropy"` when absent. */
  readonly entropy?: string;
  /** The path of the expected log-probability, for two models: `E_reference[log p_score]`; instead of the entropy. */
  readonly expected?: string;
  /** The path of the variance of that log-probability; `"varentropy"` when absent, which it is for one model. */
  readonly variance?: string;
}

/** What {@linkcode curvature} finds. */
export interface CurvatureResult {
  /** How many tokens there were. */
  readonly tokens: number;
  /** The curvature, in standard deviations; NaN of no tokens, or where nothing varies. */
  readonly curvature: number;
  /** Log-probability less its expectation, summed. */
  readonly discrepancy: number;
}

/**
 * The conditional probability curvature of a text, `(sum log p(token) - sum mu) / sqrt(sum var)`: how much likelier its tokens are than
 * tokens drawn at their places. Machine text is high. The analytic criterion of Fast-DetectGPT (Bao et al. 2024).
 *
 * Of one model mu is `-entropy` and var the varentropy; of two, `expected` and `variance` are of the scoring model's log-probability under
 * the reference. Needs: rows with all three; one without a log-probability counts for nothing. Gives: {@linkcode CurvatureResult}.
 * Accuracy: exact sums. Mergeable. State: about 2 KB.
 *
 * @example A token of one model
 * ```ts
 * import { curvature, fold } from "@sluice/sluice/folds";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const rows = [{ y: { logprob: -1.6690730110750573 }, entropy: 0.9976888581401027, varentropy: 0.8408824502096264 }];
 * const { text } = await fold(rows, { text: curvature() });
 * assertAlmostEquals(text.curvature, -0.7321556899652247, 1e-12);
 * ```
 *
 * @param options Where the numbers are.
 * @returns The fold.
 * @throws {ParameterError} If an option does not fit; from `step`, if what is there is no number, or one is missing.
 */
export function curvature(options: CurvatureOptions = {}): Fold<unknown, CurvatureResult> {
  return curvatureDefinition.call(options);
}

/** Its row of the catalogue. */
export const curvatureDefinition = /* @__PURE__ */ define({
  name: "curvature",
  kind: "fold",
  help: "how much likelier tokens are than drawn ones: detection of machine text",
  options: {
    logprob: { type: "text", default: "y.logprob", help: "the path of the token's log-probability" },
    entropy: { type: "text", optional: true, help: "the path of the row's entropy, of one model" },
    expected: { type: "text", optional: true, help: "the path of the expected log-probability, of two models" },
    variance: { type: "text", default: "varentropy", help: "the path of the variance of the log-probability" },
  },
  make({ logprob, entropy, expected, variance }, spec): Fold<unknown, CurvatureResult> {
    if (entropy !== undefined && expected !== undefined) {
      throw new ParameterError(
        `Cannot use curvature with entropy = ${entropy} and expected = ${expected}: wanted one of them`,
      );
    }
    const path = expected ?? entropy ?? "entropy", sign = expected === undefined ? -1 : 1;
    const logprobOf = numberAt("curvature", logprob), centreOf = numberAt("curvature", path);
    const varianceOf = numberAt("curvature", variance);
    return {
      spec,
      ...sumsState(3),
      step(state, item) {
        const y = logprobOf(item), centre = centreOf(item), spread = varianceOf(item);
        if (y === undefined) return;
        if (centre === undefined || spread === undefined) {
          const missing = centre === undefined ? path : variance;
          throw new ParameterError(`Cannot use curvature on a row without "${missing}": wanted a number`);
        }
        state.count++;
        addExact(state.sums[0], y);
        addExact(state.sums[1], sign * centre);
        addExact(state.sums[2], spread);
      },
      finish({ count, sums: [logprobs, centres, variances] }) {
        const discrepancy = exactValue(logprobs) - exactValue(centres);
        return { tokens: count, curvature: discrepancy / Math.sqrt(exactValue(variances)), discrepancy };
      },
    };
  },
});
