import { ln } from "../../kernels/mod.ts";
import { define, type Fold } from "../core/mod.ts";
import { flagAt, probabilityAt } from "./_fields.ts";
import { addTo, errorOf, meanOf, SPREAD_STATE } from "./_spread.ts";

/** Where binary folds find what they need. */
export interface BinaryOptions {
  /** The path of the probability that the item is positive; `"probability"` when absent. */
  readonly probability?: string;
  /** The path of whether it is; `"positive"` when absent. */
  readonly positive?: string;
}

/** What {@linkcode logLoss} finds. */
export interface LogLossResult {
  /** How many items had both. */
  readonly rows: number;
  /** Their mean loss, in nats; NaN of none. */
  readonly logLoss: number;
  /** The standard error of that mean. */
  readonly standardError: number;
}

/**
 * The log loss of probabilities of one class, `-ln p` of a positive item and `-ln(1 - p)` of another: scikit-learn's `log_loss` of two
 * classes, without its clipping. Of more classes it is `meanNll`.
 *
 * Needs: a probability, and whether the item is positive; an item without one of them counts for nothing. Gives:
 * {@linkcode LogLossResult}. Specials: Infinity where a certain one is wrong; NaN of a NaN. Mergeable. State: about 1 KB.
 *
 * @example Two forecasts
 * ```ts
 * import { fold, logLoss } from "@sluice/sluice/folds";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const items = [{ probability: 0.5, positive: true }, { probability: 0.75, positive: false }];
 * const { loss } = await fold(items, { loss: logLoss() });
 * assertAlmostEquals(loss.logLoss, (Math.log(2) + Math.log(4)) / 2, 1e-15);
 * ```
 *
 * @param options Where probability and outcome are.
 * @returns The fold.
 * @throws {ParameterError} If an option does not fit; from `step`, if what is there is no probability or no truth.
 */
export function logLoss(options: BinaryOptions = {}): Fold<unknown, LogLossResult> {
  return logLossDefinition.call(options);
}

/** Its row of the catalogue. */
export const logLossDefinition = /* @__PURE__ */ define({
  name: "logLoss",
  kind: "fold",
  help: "the log loss of probabilities of one class",
  options: {
    probability: { type: "text", default: "probability", help: "the path of the probability to be positive" },
    positive: { type: "text", default: "positive", help: "the path of whether it is" },
  },
  make({ probability, positive }, spec): Fold<unknown, LogLossResult> {
    const probabilityOf = probabilityAt("logLoss", probability), outcomeOf = flagAt("logLoss", positive);
    return {
      spec,
      ...SPREAD_STATE,
      step(state, item) {
        const p = probabilityOf(item), outcome = outcomeOf(item);
        if (p !== undefined && outcome !== undefined) addTo(state, 0 - (outcome ? ln(p) : lnRest(p)));
      },
      finish: (state) => ({ rows: state.count, logLoss: meanOf(state), standardError: errorOf(state) }),
    };
  },
});

/** `ln(1 - p)`: where `1 - p` rounds, the factor puts back what it rounded away. */
function lnRest(p: number): number {
  const rest = 1 - p;
  if (rest === 1) return -p;
  return rest === 0 ? -Infinity : ln(rest) * (p / (1 - rest));
}
