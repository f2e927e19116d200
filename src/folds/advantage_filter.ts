import { define, type Fold, ParameterError } from "../core/mod.ts";
import { numberAt } from "./_fields.ts";
import { type Steps, stepsState } from "./_steps.ts";

/** Options of {@linkcode advantageFilter}. */
export interface AdvantageFilterOptions {
  /** What is taken off each advantage; 0.05 when absent, as in DigiRL's code. Not with `lambda`. */
  readonly margin?: number;
  /** The decay of the doubly robust estimate, from 0 to 1, as the paper has it. Absent: that of the code, see there. */
  readonly lambda?: number;
  /** The path of the action's log-probability; `"logprob"` when absent. */
  readonly logprob?: string;
  /** The path of the value of the state; `"value"` when absent. */
  readonly value?: string;
  /** The path of the next state's value; `"next"` when absent. */
  readonly next?: string;
  /** The path of the step's reward, 0 where a row has none; `"reward"` when absent. */
  readonly reward?: string;
  /** The path of the return that the code adds, 0 where a row has none; `"return"` when absent. */
  readonly returned?: string;
}

/** What {@linkcode advantageFilter} finds. */
export interface AdvantageFilterResult {
  /** How many steps there were. */
  readonly steps: number;
  /** How many of them have an advantage above 0. */
  readonly kept: number;
  /** The mean of `-[A > 0] logprob` over all steps; NaN of none. */
  readonly loss: number;
  /** The advantages, in order. */
  readonly advantages: readonly number[];
}

/**
 * The hard filter of DigiRL (Bai et al. 2024): imitate a step only if its advantage is above 0.
 *
 * By its code `A = next - value - margin + reward + return`; by the paper, with `lambda`, the doubly robust
 * `A = l r_H + (1 - l) (next + reward - value)` with `l = lambda^(H - h)` and r_H the reward of the last step. Values are of two-class
 * critics, the probability of success.
 * Needs: log-probability, value and next value of each step, in order; a row without a log-probability counts for nothing. Gives:
 * {@linkcode AdvantageFilterResult}. Specials: an advantage that is NaN is refused. Not mergeable: the order counts. State: 24 bytes a step.
 *
 * @example A step that makes things better
 * ```ts
 * import { advantageFilter, fold } from "@sluice/sluice/folds";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const rows = [{ logprob: -1.875, value: 0.5, next: 0.6 }, { logprob: -2, value: 0.6, next: 0.6 }];
 * const { actor } = await fold(rows, { actor: advantageFilter() });
 * assertAlmostEquals(actor.advantages[0], 0.05, 1e-15);
 * assertEquals([actor.kept, actor.loss], [1, 1.875 / 2]);
 * ```
 *
 * @param options Which advantage, and where the numbers are.
 * @returns The fold.
 * @throws {ParameterError} If an option does not fit; from `step`, if a number is missing or NaN.
 */
export function advantageFilter(options: AdvantageFilterOptions = {}): Fold<unknown, AdvantageFilterResult> {
  return advantageFilterDefinition.call(options);
}

/** Its row of the catalogue. */
export const advantageFilterDefinition = /* @__PURE__ */ define({
  name: "advantageFilter",
  kind: "fold",
  help: "imitation of the steps whose advantage is above 0",
  options: {
    margin: { type: "number", optional: true, help: "what is taken off each advantage" },
    lambda: { type: "number", least: 0, most: 1, optional: true, help: "the decay of the doubly robust estimate" },
    logprob: { type: "text", default: "logprob", help: "the path of the action's log-probability" },
    value: { type: "text", default: "value", help: "the path of the value of the state" },
    next: { type: "text", default: "next", help: "the path of the next state's value" },
    reward: { type: "text", default: "reward", help: "the path of the step's reward" },
    returned: { type: "text", default: "return", help: "the path of the return that is added" },
  },
  make({ margin, lambda, ...paths }, spec): Fold<unknown, AdvantageFilterResult, Steps> {
    if (margin !== undefined && lambda !== undefined) {
      throw new ParameterError(
        `Cannot use advantageFilter with margin = ${margin} and lambda = ${lambda}: wanted one of them`,
      );
    }
    const [logprobOf, valueOf, nextOf, rewardOf, returnOf] = [
      paths.logprob,
      paths.value,
      paths.next,
      paths.reward,
      paths.returned,
    ].map((path) => numberAt("advantageFilter", path));
    const { push, ...rest } = stepsState(3);
    return {
      spec,
      ...rest,
      step(state, item) {
        const logprob = logprobOf(item);
        if (logprob === undefined) return;
        const reward = rewardOf(item) ?? 0, returned = lambda === undefined ? returnOf(item) ?? 0 : 0;
        const advantage = nextOf(item)! - valueOf(item)! + reward + returned;
        if (Number.isNaN(advantage) || Number.isNaN(logprob)) {
          throw new ParameterError(
            `Cannot use advantageFilter on a row with "${paths.value}", "${paths.next}" or another number missing or NaN`,
          );
        }
        push(state, logprob, advantage, reward);
      },
      finish({ size, columns: [logprobs, raw, rewards] }) {
        const advantages = Array<number>(size);
        for (let h = size - 1, decay = 1; h >= 0; h--, decay *= lambda ?? 1) {
          advantages[h] = lambda === undefined
            ? raw[h] - (margin ?? 0.05)
            : decay * rewards[size - 1] + (1 - decay) * raw[h];
        }
        let kept = 0, loss = 0;
        advantages.forEach((advantage, h) => {
          if (!(advantage > 0)) return;
          kept++;
          loss -= logprobs[h];
        });
        return { steps: size, kept, loss: loss / size, advantages };
      },
    };
  },
});
