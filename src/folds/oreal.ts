import { define, type Fold, ParameterError } from "../core/mod.ts";
import { sigmoid, softplus } from "../preference/inside.ts";
import { bothAt } from "./_both_at.ts";
import { type Steps, stepsState } from "./_steps.ts";

/** Options of {@linkcode oreal}. */
export interface OrealOptions {
  /** Whether the answer is right. */
  readonly correct: boolean;
  /** The advantage of the answer over others to the same prompt; 1 when absent. See `leaveOneOut`. */
  readonly advantage?: number;
  /** The path of the token's log-probability under the policy; `"y.logprob"` when absent. */
  readonly logprob?: string;
  /** The path of the token reward model's logit; `"rewardLogit"` when absent. */
  readonly rewardLogit?: string;
}

/** What {@linkcode oreal} finds. */
export interface OrealResult {
  /** How many tokens there were. */
  readonly tokens: number;
  /** The weight of each token, from 0 to 1: those of a right answer are sure to be right, those of a wrong one to be wrong. */
  readonly weights: readonly number[];
  /** The loss of the answer: its sign for a wrong one is that of a quantity to be pushed down; NaN of an empty one. */
  readonly loss: number;
  /** The loss of the token reward model, `ln(1 + e^-q)` of a right answer with q the mean logit, `ln(1 + e^q)` of a wrong one; NaN of none. */
  readonly rewardLoss: number;
}

/** What the authors weigh a wrong answer with. */
const NEGATIVE = 0.5;

/**
 * The outcome loss of a sequence with weights by token (OREAL, Lyu et al. 2025). With `P_t` the sigmoid of the mean reward logit up to token
 * t: a right answer has weights `max(0, 2 P_t - 1)` and the loss `A mean(w_t nll_t)`, a wrong one `max(0, 1 - 2 P_t)` and
 * `-A mean(w_t) / 2`: its likelihood ratio to itself is 1, and the weight of a token in a gradient is `-A w_t / (2 tokens)`.
 *
 * Needs: log-probability and reward logit of each token, in order; a row with neither counts for nothing, one with one of them is refused.
 * Gives: {@linkcode OrealResult}. Not mergeable: the order counts. State: 16 bytes a token. Beside it the authors add 0.01 times the k3
 * estimate, as `oreo` gives it.
 *
 * @example A right answer of three tokens
 * ```ts
 * import { fold, oreal } from "@sluice/sluice/folds";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const rows = [[-0.5, 1], [-1.25, -0.5], [-0.125, 0.75]].map(([logprob, rewardLogit]) => ({ y: { logprob }, rewardLogit }));
 * const { answer } = await fold(rows, { answer: oreal({ correct: true, advantage: 2 / 3 }) });
 * assertAlmostEquals(answer.loss, 0.09159359229758289, 1e-12);
 * assertAlmostEquals(answer.weights[0], 0.4621171572600098, 1e-12);
 * ```
 *
 * @param options Whether the answer is right, its advantage, and where the numbers are.
 * @returns The fold.
 * @throws {ParameterError} If an option does not fit; from `step`, if what is there is no number, or one of the two is missing.
 */
export function oreal(options: OrealOptions): Fold<unknown, OrealResult> {
  return orealDefinition.call(options);
}

/** Its row of the catalogue. */
export const orealDefinition = /* @__PURE__ */ define({
  name: "oreal",
  kind: "fold",
  help: "the outcome loss of a sequence with weights by token",
  options: {
    correct: { type: "data", read: readVerdict, help: "whether the answer is right" },
    advantage: { type: "number", default: 1, help: "the advantage of the answer over others" },
    logprob: { type: "text", default: "y.logprob", help: "the path of the token's log-probability" },
    rewardLogit: { type: "text", default: "rewardLogit", help: "the path of the token reward model's logit" },
  },
  make({ correct, advantage, logprob, rewardLogit }, spec): Fold<unknown, OrealResult, Steps> {
    const find = bothAt("oreal", logprob, rewardLogit);
    const { push, ...rest } = stepsState(2);
    return {
      spec,
      ...rest,
      step(state, item) {
        const both = find(item);
        if (both) push(state, both[0], both[1]);
      },
      finish({ size, columns: [logprobs, logits] }) {
        const sign = correct ? 1 : -1, weights = Array<number>(size);
        let sum = 0, loss = 0;
        for (let t = 0; t < size; t++) {
          sum += logits[t];
          const mean = sum / (t + 1);
          weights[t] = Math.max(0, sigmoid(sign * mean) - sigmoid(-sign * mean));
          // A masked token of weight 0 has no loss.
          if (weights[t] > 0) loss += correct ? 0 - weights[t] * logprobs[t] : -NEGATIVE * weights[t];
        }
        return { tokens: size, weights, loss: advantage * loss / size, rewardLoss: softplus(-sign * (sum / size)) };
      },
    };
  },
});

function readVerdict(what: string, name: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw new ParameterError(`Cannot use ${what} with ${name} = ${String(value)}: wanted true or false`);
}
