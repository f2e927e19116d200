import { define, type Fold } from "../core/mod.ts";
import { flagAt, numberAt } from "./_fields.ts";
import { classCounts, LIMIT, type Scored, scoredState, ties } from "./_scored.ts";

/** Where folds over ordered scores find what they need. */
export interface ScoredOptions {
  /** The path of the score: the larger, the more positive; `"score"` when absent. */
  readonly score?: string;
  /** The path of whether the item is positive; `"positive"` when absent. */
  readonly positive?: string;
  /** How many items are kept, 9 bytes each, before 4,096 bins stand for them; 10,000,000 when absent. */
  readonly limit?: number;
}

/** What {@linkcode auroc} finds. */
export interface AurocResult {
  /** How many positive items there were. */
  readonly positives: number;
  /** How many others. */
  readonly negatives: number;
  /** How many had NaN for a score: they are in neither. */
  readonly invalid: number;
  /** The area, from 0 to 1; `undefined` without items of both classes. */
  readonly auroc: number | undefined;
  /** `false` where there were more items than are kept. */
  readonly exact: boolean;
  /** By how much the area may be wrong: half the pairs that share a bin; 0 where it is exact. */
  readonly error: number;
}

/**
 * The area under the receiver operating characteristic: `P(score of a positive > score of a negative) + P(equal) / 2`, as scikit-learn's
 * `roc_auc_score`, ties included.
 *
 * Needs: a score, and whether the item is positive; an item without one of them counts for nothing. To tell known from unknown inputs the
 * score is the largest logit. Gives: {@linkcode AurocResult}. Specials: infinite scores are the largest and the smallest; NaN is counted.
 * Accuracy: exact up to `limit` items. Beyond, all are in 4,096 bins of `x / (1 + |x|)`, and the answer says so and how wrong it may be.
 * Mergeable, by the same limit. State: 9 bytes an item, or 64 KiB.
 *
 * @example Known and unknown inputs by their largest logit
 * ```ts
 * import { auroc, fold } from "@sluice/sluice/folds";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const items = [3.1, 2.2, 1.5, 1.8, 0.9].map((score, i) => ({ score, positive: i < 3 }));
 * const { known } = await fold(items, { known: auroc() });
 * assertAlmostEquals(known.auroc!, 5 / 6, 1e-15);
 * assertEquals([known.positives, known.negatives, known.exact], [3, 2, true]);
 * ```
 *
 * @param options Where score and class are, and how many items are kept.
 * @returns The fold.
 * @throws {ParameterError} If an option does not fit; from `step`, if what is there is no number or no truth.
 */
export function auroc(options: ScoredOptions = {}): Fold<unknown, AurocResult> {
  return aurocDefinition.call(options);
}

/** Its row of the catalogue. */
export const aurocDefinition = /* @__PURE__ */ define({
  name: "auroc",
  kind: "fold",
  help: "the area under the receiver operating characteristic",
  options: {
    score: { type: "text", default: "score", help: "the path of the score" },
    positive: { type: "text", default: "positive", help: "the path of whether the item is positive" },
    limit: LIMIT,
  },
  make({ score, positive, limit }, spec): Fold<unknown, AurocResult, Scored> {
    const scoreOf = numberAt("auroc", score), classOf = flagAt("auroc", positive);
    const { add, ...rest } = scoredState(2, limit);
    return {
      spec,
      ...rest,
      step(state, item) {
        const value = scoreOf(item), kind = classOf(item);
        if (value !== undefined && kind !== undefined) add(state, value, Number(kind));
      },
      finish(state) {
        const [negatives, positives] = classCounts(state, 2), pairs = negatives * positives;
        const exact = state.bins.length === 0;
        let above = 0, won = 0, tied = 0;
        for (const { counts: [negative, positive] } of ties(state, 2)) {
          won += above * negative;
          tied += positive * negative;
          above += positive;
        }
        return {
          positives,
          negatives,
          invalid: state.invalid,
          auroc: pairs === 0 ? undefined : (won + tied / 2) / pairs,
          exact,
          error: exact || pairs === 0 ? 0 : tied / 2 / pairs,
        };
      },
    };
  },
});
