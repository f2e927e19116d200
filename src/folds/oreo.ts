import { exp } from "../../kernels/mod.ts";
import { define, type Fold, ParameterError } from "../core/mod.ts";
import { bothAt } from "./_both_at.ts";
import { numberAt } from "./_fields.ts";
import { type Steps, stepsState } from "./_steps.ts";

/** Options of {@linkcode oreo}. */
export interface OreoOptions {
  /** How strongly the policy is held to the reference, above 0; 0.03 when absent, as in the authors' scripts. */
  readonly beta?: number;
  /** The path of the token's log-probability under the policy; `"policy.logprob"` when absent. */
  readonly policy?: string;
  /** Under the reference; `"reference.logprob"` when absent. */
  readonly reference?: string;
  /** The path of the value of the state before the token; `"value"` when absent. */
  readonly value?: string;
  /** The path of the outcome's reward, in the last row; `"reward"` when absent. */
  readonly reward?: string;
}

/** What {@linkcode oreo} finds. */
export interface OreoResult {
  /** How many tokens there were. */
  readonly tokens: number;
  /** The mean of the squared residuals: the loss of critic and actor; NaN of an empty sequence. */
  readonly loss: number;
  /** `beta A_t + v_t - r`, with A_t the sum of log-ratios from token t on. */
  readonly residuals: readonly number[];
  /** The mean of `e^-d + d - 1` with d the token's log-ratio: the estimate of KL(policy, reference) that TRL calls k3; NaN of none. */
  readonly k3: number;
}

/**
 * The soft Bellman residuals of a sequence (OREO, Wang et al. 2024): `beta sum_(i >= t) d_i + v_t - r` for each token, with
 * `d = log pi - log pi_ref`, and their mean square. Critic and actor share the value of the loss, and differ in what is a constant.
 *
 * Needs: both log-probabilities and the value of each token, in order, and a reward in the last row that has a token. Gives:
 * {@linkcode OreoResult}. Specials: a sequence of tokens without a reward is refused. Not mergeable: the order counts. State: 24 bytes a
 * token.
 *
 * @example Three tokens, and a right answer
 * ```ts
 * import { fold, oreo } from "@sluice/sluice/folds";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const rows = [[-0.5, -0.75, 0.5], [-1.25, -1, 0.6], [-0.125, -0.5, 0.8]].map(([p, q, value], i) => ({
 *   policy: { logprob: p },
 *   reference: { logprob: q },
 *   value,
 *   reward: i === 2 ? 1 : undefined,
 * }));
 * const { critic } = await fold(rows, { critic: oreo() });
 * assertAlmostEquals(critic.loss, 0.1438390625, 1e-12);
 * assertAlmostEquals(critic.residuals[0], -0.48875, 1e-12);
 * ```
 *
 * @param options Beta, and where the numbers are.
 * @returns The fold.
 * @throws {ParameterError} If an option does not fit; from `step`, if a number is missing; from `finish`, if there is no reward.
 */
export function oreo(options: OreoOptions = {}): Fold<unknown, OreoResult> {
  return oreoDefinition.call(options);
}

/** Its row of the catalogue. */
export const oreoDefinition = /* @__PURE__ */ define({
  name: "oreo",
  kind: "fold",
  help: "the soft Bellman residuals of a sequence",
  options: {
    beta: { type: "number", above: 0, default: 0.03, help: "how strongly the policy is held to the reference" },
    policy: { type: "text", default: "policy.logprob", help: "the path of the log-probability under the policy" },
    reference: { type: "text", default: "reference.logprob", help: "the path of that under the reference" },
    value: { type: "text", default: "value", help: "the path of the value of the state before the token" },
    reward: { type: "text", default: "reward", help: "the path of the outcome's reward, in the last row" },
  },
  make({ beta, policy, reference, value, reward }, spec): Fold<unknown, OreoResult, Steps> {
    const find = bothAt("oreo", policy, reference),
      valueOf = numberAt("oreo", value),
      rewardOf = numberAt("oreo", reward);
    const { push, ...rest } = stepsState(3);
    return {
      spec,
      ...rest,
      step(state, item) {
        const both = find(item);
        if (!both) return;
        const v = valueOf(item);
        if (v === undefined) throw new ParameterError(`Cannot use oreo on a row without "${value}": wanted a number`);
        push(state, both[0] - both[1], v, rewardOf(item) ?? NaN);
      },
      finish({ size, columns: [ratios, values, rewards] }) {
        const outcome = size === 0 ? NaN : rewards[size - 1];
        if (size > 0 && Number.isNaN(outcome)) {
          throw new ParameterError(`Cannot use oreo on a sequence whose last row has no "${reward}": wanted a number`);
        }
        const residuals = Array<number>(size);
        let suffix = 0, squares = 0, k3 = 0;
        for (let t = size - 1; t >= 0; t--) {
          suffix += ratios[t];
          residuals[t] = beta * suffix + values[t] - outcome;
          squares += residuals[t] * residuals[t];
          k3 += exp(-ratios[t]) + ratios[t] - 1;
        }
        return { tokens: size, loss: squares / size, residuals, k3: k3 / size };
      },
    };
  },
});
