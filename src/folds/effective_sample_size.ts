import { exp } from "../../kernels/mod.ts";
import { define, type Fold, wholeFault } from "../core/mod.ts";
import { numberAt } from "./_fields.ts";
import { addLog, canonicalLog, logFault, type LogTotal, logTotal, logValue, mergeLog } from "./_log_total.ts";

/** What {@linkcode effectiveSampleSize} finds. */
export interface SampleSizeResult {
  /** How many samples there were. */
  readonly samples: number;
  /** `1 / sum w^2` of their normalised weights, from 1 to `samples`; NaN where all weights are 0, or there is none. */
  readonly effectiveSampleSize: number;
}

/**
 * The effective sample size of weighted samples, `1 / sum w^2` with `w = softmax(l)`, as `e^(2 L(l) - L(2 l))`: how many equally weighted
 * ones would be as good (Kish).
 *
 * Needs: log-weights; items without one count for nothing. Gives: {@linkcode SampleSizeResult}. Specials: -Infinity is the weight 0; NaN
 * makes it NaN. Accuracy: 1e-15 times the size of the log-weights, as their logarithms are rounded. Mergeable. State: about 2 KB.
 *
 * @example Three samples
 * ```ts
 * import { effectiveSampleSize, fold } from "@sluice/sluice/folds";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const samples = [-4, -6, -5.5].map((logprob) => ({ logprob }));
 * const { size } = await fold(samples, { size: effectiveSampleSize() });
 * assertAlmostEquals(size.effectiveSampleSize, 1.7277630216023598, 1e-12);
 * ```
 *
 * @param field The path of the log-weight; `"logprob"` when absent.
 * @returns The fold.
 * @throws {ParameterError} If the path is none; from `step`, if what is there is no number, or none within 2^30 of 0.
 */
export function effectiveSampleSize(field?: string): Fold<unknown, SampleSizeResult> {
  return effectiveSampleSizeDefinition.call({}, field);
}

interface State {
  count: number;
  readonly weights: LogTotal;
  readonly squares: LogTotal;
}

/** Its row of the catalogue. */
export const effectiveSampleSizeDefinition = /* @__PURE__ */ define({
  name: "effectiveSampleSize",
  kind: "fold",
  help: "how many equally weighted samples would be as good",
  options: {
    field: { type: "text", argument: true, sole: true, default: "logprob", help: "the path of the log-weight" },
  },
  make({ field }, spec): Fold<unknown, SampleSizeResult, State> {
    const find = numberAt("effectiveSampleSize", field);
    return {
      spec,
      init: () => ({ count: 0, weights: logTotal(), squares: logTotal() }),
      step(state, item) {
        const l = find(item);
        if (l === undefined) return;
        addLog("effectiveSampleSize", state.squares, 2 * l);
        addLog("effectiveSampleSize", state.weights, l);
        state.count++;
      },
      merge(into, from) {
        into.count += from.count;
        mergeLog(into.weights, from.weights);
        mergeLog(into.squares, from.squares);
      },
      canonical: ({ count, weights, squares }) => ({
        count,
        weights: canonicalLog(weights),
        squares: canonicalLog(squares),
      }),
      validate: ({ count, weights, squares }) =>
        wholeFault("count", count, 0, Number.MAX_SAFE_INTEGER) ?? logFault("weights", weights) ??
          logFault("squares", squares),
      finish: ({ count, weights, squares }) => ({
        samples: count,
        effectiveSampleSize: exp(2 * logValue(weights) - logValue(squares)),
      }),
    };
  },
});
