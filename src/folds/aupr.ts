import { define, type Fold } from "../core/mod.ts";
import type { ScoredOptions } from "./auroc.ts";
import { flagAt, numberAt } from "./_fields.ts";
import { classCounts, LIMIT, type Scored, scoredState, ties } from "./_scored.ts";

/** What {@linkcode aupr} finds. */
export interface AuprResult {
  /** How many positive items there were. */
  readonly positives: number;
  /** How many others. */
  readonly negatives: number;
  /** How many had NaN for a score: they are in neither. */
  readonly invalid: number;
  /** The average precision, from 0 to 1; `undefined` without positive items. */
  readonly aupr: number | undefined;
  /** `false` where there were more items than are kept: then items of one bin count as tied. */
  readonly exact: boolean;
}

/**
 * The area under the curve of precision over recall, as average precision: `sum of (R_n - R_(n-1)) P_n` over the scores from the largest
 * down, all items of one score at once. This is scikit-learn's `average_precision_score`; the trapezoids of `auc(recall, precision)` are
 * another number.
 *
 * Needs: a score, and whether the item is positive; an item without one of them counts for nothing. Gives: {@linkcode AuprResult}.
 * Specials, accuracy, state: as `auroc`, but for the bound of the error, which is not told. Mergeable.
 *
 * @example Two of four
 * ```ts
 * import { aupr, fold } from "@sluice/sluice/folds";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const items = [0.1, 0.4, 0.35, 0.8].map((score, i) => ({ score, positive: i >= 2 }));
 * const { area } = await fold(items, { area: aupr() });
 * assertAlmostEquals(area.aupr!, 0.8333333333333333, 1e-15);
 * ```
 *
 * @param options Where score and class are, and how many items are kept.
 * @returns The fold.
 * @throws {ParameterError} If an option does not fit; from `step`, if what is there is no number or no truth.
 */
export function aupr(options: ScoredOptions = {}): Fold<unknown, AuprResult> {
  return auprDefinition.call(options);
}

/** Its row of the catalogue. */
export const auprDefinition = /* @__PURE__ */ define({
  name: "aupr",
  kind: "fold",
  help: "the area under precision over recall: average precision",
  options: {
    score: { type: "text", default: "score", help: "the path of the score" },
    positive: { type: "text", default: "positive", help: "the path of whether the item is positive" },
    limit: LIMIT,
  },
  make({ score, positive, limit }, spec): Fold<unknown, AuprResult, Scored> {
    const scoreOf = numberAt("aupr", score), classOf = flagAt("aupr", positive);
    const { add, ...rest } = scoredState(2, limit);
    return {
      spec,
      ...rest,
      step(state, item) {
        const value = scoreOf(item), kind = classOf(item);
        if (value !== undefined && kind !== undefined) add(state, value, Number(kind));
      },
      finish(state) {
        const [negatives, positives] = classCounts(state, 2);
        let found = 0, taken = 0, area = 0;
        for (const { counts: [negative, positive] } of ties(state, 2)) {
          found += positive;
          taken += positive + negative;
          if (positive > 0) area += positive / positives * (found / taken);
        }
        return {
          positives,
          negatives,
          invalid: state.invalid,
          aupr: positives === 0 ? undefined : area,
          exact: state.bins.length === 0,
        };
      },
    };
  },
});
