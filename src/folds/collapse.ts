import { define, type Fold } from "../core/mod.ts";
import { countsState } from "./_counts.ts";
import { numberAt } from "./_fields.ts";
import { restOf } from "./_rest_of.ts";

/** Options of {@linkcode collapse}. */
export interface CollapseOptions {
  /** The path of the label's log-probability; `"y.logprob"` when absent. */
  readonly field?: string;
  /** The rest of the probability, in units of the label's, below which a row has collapsed: 2^-24 when absent, half an ulp of float32. */
  readonly threshold?: number;
}

/** What {@linkcode collapse} finds. */
export interface CollapseResult {
  /** How many rows had a valid label. */
  readonly rows: number;
  /** How many of them have collapsed. */
  readonly collapsed: number;
  /** How many had NaN: they are not in `rows`. */
  readonly invalid: number;
  /** `collapsed / rows`; NaN of none. */
  readonly fraction: number;
}

/**
 * How many rows have collapsed: those where `r = (1 - p_y) / p_y` is below half an ulp of 1, so that a loss in that precision is 0 and so
 * is its gradient. Prieto et al. 2025, "Grokking at the Edge of Numerical Stability".
 *
 * Needs: log-probabilities of labels; rows without one count for nothing. Gives: {@linkcode CollapseResult}. Accuracy: r is
 * `e^-logprob - 1`, without cancellation, of the log-probability as it is given: below about 1e-7 that of a float32 row is 0 or rounded,
 * which counts as collapsed. Mergeable. State: three numbers.
 *
 * @example One of two
 * ```ts
 * import { collapse, fold } from "@sluice/sluice/folds";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = [{ y: { logprob: -0.5 } }, { y: { logprob: -1e-9 } }];
 * const { training } = await fold(rows, { training: collapse() });
 * assertEquals([training.collapsed, training.fraction], [1, 0.5]);
 * ```
 *
 * @param options Where the log-probability is, and the threshold.
 * @returns The fold.
 * @throws {ParameterError} If an option does not fit; from `step`, if what is there is no number.
 */
export function collapse(options: CollapseOptions = {}): Fold<unknown, CollapseResult> {
  return collapseDefinition.call(options);
}

/** Its row of the catalogue. */
export const collapseDefinition = /* @__PURE__ */ define({
  name: "collapse",
  kind: "fold",
  help: "how many rows leave the label's gradient nothing",
  options: {
    field: { type: "text", default: "y.logprob", help: "the path of the label's log-probability" },
    threshold: { type: "number", above: 0, default: 2 ** -24, help: "the rest below which a row has collapsed" },
  },
  make({ field, threshold }, spec): Fold<unknown, CollapseResult> {
    const find = numberAt("collapse", field);
    return {
      spec,
      ...countsState(["rows", "collapsed", "invalid"]),
      step(state, item) {
        const logprob = find(item);
        if (logprob === undefined) return;
        if (Number.isNaN(logprob)) state.invalid++;
        else {
          state.rows++;
          state.collapsed += Number(restOf(logprob) < threshold);
        }
      },
      finish: ({ rows, collapsed, invalid }) => ({ rows, collapsed, invalid, fraction: collapsed / rows }),
    };
  },
});
