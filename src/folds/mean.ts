import { define, type Fold } from "../core/mod.ts";
import { numberAt } from "./_fields.ts";
import { addTo, deviationOf, errorOf, meanOf, SPREAD_STATE } from "./_spread.ts";

/** What {@linkcode mean} finds. */
export interface MeanResult {
  /** How many items had the number. */
  readonly rows: number;
  /** Their mean; NaN of none. */
  readonly mean: number;
  /** `sqrt(sum (x - mean)^2 / (n - 1))`; NaN of fewer than two. */
  readonly standardDeviation: number;
  /** The standard deviation of the mean, `standardDeviation / sqrt(n)`. */
  readonly standardError: number;
}

/**
 * The mean of one number of each item, with its spread: of a loss, a divergence, an entropy. This is torch's `reduction="batchmean"` of a
 * loss a row; its `"mean"` of an element-wise loss divides by the vocabulary as well.
 *
 * Needs: a number at the path; items without one count for nothing. Gives: {@linkcode MeanResult}. Specials: as addition has them; NaN
 * makes the mean NaN. Accuracy: the sums are exact, so nothing cancels. Mergeable. State: about 1 KB.
 *
 * @example The mean entropy of rows
 * ```ts
 * import { fold, mean } from "@sluice/sluice/folds";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = [{ h: 1 }, { h: 2 }, {}, { h: 3 }];
 * const { entropy } = await fold(rows, { entropy: mean("h") });
 * assertEquals([entropy.rows, entropy.mean, entropy.standardDeviation], [3, 2, 1]);
 * ```
 *
 * @param field The path of the number in an item: `"h"`, `"y.logprob"`, `"top.0.logit"`.
 * @returns The fold.
 * @throws {ParameterError} If the path is none; from `step`, if what is there is no number.
 */
export function mean(field: string): Fold<unknown, MeanResult> {
  return meanDefinition.call({}, field);
}

/** Its row of the catalogue. */
export const meanDefinition = /* @__PURE__ */ define({
  name: "mean",
  kind: "fold",
  help: "the mean of a number of each item, with its spread",
  options: { field: { type: "text", argument: true, sole: true, help: "the path of the number in an item" } },
  make({ field }, spec): Fold<unknown, MeanResult> {
    const find = numberAt("mean", field);
    return {
      spec,
      ...SPREAD_STATE,
      step(state, item) {
        const x = find(item);
        if (x !== undefined) addTo(state, x);
      },
      finish: (state) => ({
        rows: state.count,
        mean: meanOf(state),
        standardDeviation: deviationOf(state),
        standardError: errorOf(state),
      }),
    };
  },
});
