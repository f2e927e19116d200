import { define, type Fold } from "../core/mod.ts";
import { flagAt, probabilityAt } from "./_fields.ts";
import type { BinaryOptions } from "./log_loss.ts";
import { addTo, errorOf, meanOf, SPREAD_STATE } from "./_spread.ts";

/** What {@linkcode brierScore} finds. */
export interface BrierResult {
  /** How many items had both. */
  readonly rows: number;
  /** The mean squared error of the probability, from 0 to 1; NaN of none. */
  readonly brierScore: number;
  /** The standard error of that mean. */
  readonly standardError: number;
}

/**
 * The Brier score of probabilities of one class: the mean of `(p - outcome)^2`, as scikit-learn's `brier_score_loss`.
 *
 * Needs: a probability, and whether the item is positive; an item without one of them counts for nothing. Gives: {@linkcode BrierResult}.
 * Specials: NaN of a NaN. Mergeable. State: about 1 KB.
 *
 * @example Five forecasts
 * ```ts
 * import { brierScore, fold } from "@sluice/sluice/folds";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const items = [0.95, 0.8, 0.65, 0.55, 0.92].map((probability, i) => ({ probability, positive: [0, 1, 3].includes(i) }));
 * const { score } = await fold(items, { score: brierScore() });
 * assertAlmostEquals(score.brierScore, 0.30278, 1e-12);
 * ```
 *
 * @param options Where probability and outcome are.
 * @returns The fold.
 * @throws {ParameterError} If an option does not fit; from `step`, if what is there is no probability or no truth.
 */
export function brierScore(options: BinaryOptions = {}): Fold<unknown, BrierResult> {
  return brierScoreDefinition.call(options);
}

/** Its row of the catalogue. */
export const brierScoreDefinition = /* @__PURE__ */ define({
  name: "brierScore",
  kind: "fold",
  help: "the mean squared error of probabilities of one class",
  options: {
    probability: { type: "text", default: "probability", help: "the path of the probability to be positive" },
    positive: { type: "text", default: "positive", help: "the path of whether it is" },
  },
  make({ probability, positive }, spec): Fold<unknown, BrierResult> {
    const probabilityOf = probabilityAt("brierScore", probability), outcomeOf = flagAt("brierScore", positive);
    return {
      spec,
      ...SPREAD_STATE,
      step(state, item) {
        const p = probabilityOf(item), outcome = outcomeOf(item);
        if (p === undefined || outcome === undefined) return;
        const gap = p - Number(outcome);
        addTo(state, gap * gap);
      },
      finish: (state) => ({ rows: state.count, brierScore: meanOf(state), standardError: errorOf(state) }),
    };
  },
});
