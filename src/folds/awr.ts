import { exp } from "../../kernels/mod.ts";
import { define, type Fold } from "../core/mod.ts";
import { bothAt } from "./_both_at.ts";
import { addTo, errorOf, meanOf, SPREAD_STATE } from "./_spread.ts";

/** Options of {@linkcode awr}. */
export interface AwrOptions {
  /** The temperature of the weights, above 0. */
  readonly beta: number;
  /** The path of the advantage; `"advantage"` when absent. */
  readonly advantage?: string;
  /** The path of the action's log-probability; `"logprob"` when absent. */
  readonly logprob?: string;
}

/** What {@linkcode awr} finds. */
export interface AwrResult {
  /** How many steps there were. */
  readonly steps: number;
  /** The mean of `-e^(A / beta) logprob`; NaN of none. */
  readonly loss: number;
  /** The standard error of that mean. */
  readonly standardError: number;
}

/**
 * Advantage-weighted regression: the mean of `-e^(A / beta) ln pi(action)` (Peng et al. 2019). The weight of a step in a gradient is
 * `e^(A / beta) / steps`.
 *
 * Needs: both numbers of a step; a step with neither counts for nothing, one with one of them is refused. Gives: {@linkcode AwrResult}.
 * Specials: Infinity where a weight overflows. Accuracy: exact sums. Mergeable. State: about 1 KB.
 *
 * @example One step
 * ```ts
 * import { awr, fold } from "@sluice/sluice/folds";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const { actor } = await fold([{ advantage: 0.4, logprob: -1.875 }], { actor: awr({ beta: 0.5 }) });
 * assertAlmostEquals(actor.loss, 4.172889240923377, 1e-12);
 * ```
 *
 * @param options The temperature, and where advantage and log-probability are.
 * @returns The fold.
 * @throws {ParameterError} If an option does not fit; from `step`, if what is there is no number, or one of the two is missing.
 */
export function awr(options: AwrOptions): Fold<unknown, AwrResult> {
  return awrDefinition.call(options);
}

/** Its row of the catalogue. */
export const awrDefinition = /* @__PURE__ */ define({
  name: "awr",
  kind: "fold",
  help: "advantage-weighted regression",
  options: {
    beta: { type: "number", above: 0, help: "the temperature of the weights" },
    advantage: { type: "text", default: "advantage", help: "the path of the advantage" },
    logprob: { type: "text", default: "logprob", help: "the path of the action's log-probability" },
  },
  make({ beta, advantage, logprob }, spec): Fold<unknown, AwrResult> {
    const find = bothAt("awr", advantage, logprob);
    return {
      spec,
      ...SPREAD_STATE,
      step(state, item) {
        const both = find(item);
        if (both) addTo(state, 0 - exp(both[0] / beta) * both[1]);
      },
      finish: (state) => ({ steps: state.count, loss: meanOf(state), standardError: errorOf(state) }),
    };
  },
});
