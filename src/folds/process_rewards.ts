import { define, type Fold, wholeFault } from "../core/mod.ts";
import { addExact, canonicalExact, exactFault, type ExactTotal, exactTotal, exactValue } from "../row/inside.ts";
import { bothAt } from "./_both_at.ts";
import { numberAt } from "./_fields.ts";

/** Options of {@linkcode processRewards}. */
export interface ProcessRewardsOptions {
  /** What log-ratios are multiplied by, above 0: 0.05 in the paper's training, 0.001 in its evaluation. */
  readonly beta: number;
  /** The path of the token's log-probability under the policy; `"policy.logprob"` when absent. */
  readonly policy?: string;
  /** Under the reference; `"reference.logprob"` when absent. */
  readonly reference?: string;
  /** Tokens that end a step; each token is a step where absent. The last token ends one in any case. */
  readonly ends?: readonly number[];
  /** The path of the token's id, for `ends`; `"policy.id"` when absent. */
  readonly token?: string;
}

/** One step of a {@linkcode ProcessRewardsResult}. */
export interface ProcessStep {
  /** How many tokens it has. */
  readonly tokens: number;
  /** Its own reward. */
  readonly reward: number;
  /** That of the answer up to its end. */
  readonly cumulative: number;
}

/** What {@linkcode processRewards} finds. */
export interface ProcessRewardsResult {
  /** How many tokens there were. */
  readonly tokens: number;
  /** The steps, in order. */
  readonly steps: readonly ProcessStep[];
  /** The reward of the whole answer, `beta` times its log-ratio; 0 of an empty one. */
  readonly reward: number;
  /** The least reward of a step; `undefined` without steps. */
  readonly minimum: number | undefined;
}

/**
 * Implicit process rewards: each step of an answer is worth `beta` times the log-ratio of its tokens, and a partial answer the sum so far
 * (Yuan et al. 2024, "Free Process Rewards without Process Labels"). The loss of an outcome is `ln(1 + e^-reward)` of a right answer, and
 * `ln(1 + e^reward)` of a wrong one.
 *
 * Needs: both log-probabilities of each token, in order; a row with neither counts for nothing, one with one of them is refused. Gives:
 * {@linkcode ProcessRewardsResult}. Accuracy: exact prefix sums; the last is `beta` times `logRatio`, to the bit. Not mergeable: the order
 * counts. State: 24 bytes a step.
 *
 * @example Two steps: of two tokens, and of one
 * ```ts
 * import { fold, processRewards } from "@sluice/sluice/folds";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const rows = [[-0.5, -0.75, 7], [-1.25, -1, 9], [-0.125, -0.5, 7]].map(([policy, reference, id]) => ({ policy, reference, id }));
 * const paths = { policy: "policy", reference: "reference", token: "id" };
 * const { answer } = await fold(rows, { answer: processRewards({ beta: 0.05, ends: [9], ...paths }) });
 * assertEquals(answer.steps.map(({ tokens }) => tokens), [2, 1]);
 * assertAlmostEquals(answer.steps[1].reward, 0.01875, 1e-15);
 * assertEquals(answer.minimum, 0);
 * ```
 *
 * @param options Beta, where steps end, and where the numbers are.
 * @returns The fold.
 * @throws {ParameterError} If an option does not fit; from `step`, if what is there is no number, or one of the two is missing.
 */
export function processRewards(options: ProcessRewardsOptions): Fold<unknown, ProcessRewardsResult> {
  return processRewardsDefinition.call(options);
}

interface State {
  tokens: number;
  /** Tokens before the step that is open. */
  ended: number;
  readonly policy: ExactTotal;
  readonly reference: ExactTotal;
  /** Tokens of each step that has ended, and the log-ratio up to its end. */
  readonly lengths: number[];
  readonly ratios: number[];
}

/** Its row of the catalogue. */
export const processRewardsDefinition = /* @__PURE__ */ define({
  name: "processRewards",
  kind: "fold",
  help: "the implicit rewards of an answer's steps",
  options: {
    beta: { type: "number", above: 0, help: "what log-ratios are multiplied by" },
    policy: { type: "text", default: "policy.logprob", help: "the path of the log-probability under the policy" },
    reference: { type: "text", default: "reference.logprob", help: "the path of that under the reference" },
    ends: { type: "ids", optional: true, help: "tokens that end a step; each token is one where absent" },
    token: { type: "text", default: "policy.id", help: "the path of the token's id, for ends" },
  },
  make({ beta, policy, reference, ends, token }, spec): Fold<unknown, ProcessRewardsResult, State> {
    const find = bothAt("processRewards", policy, reference), idOf = numberAt("processRewards", token);
    const separators = ends && new Set(ends);
    return {
      spec,
      init: () => ({
        tokens: 0,
        ended: 0,
        policy: exactTotal(),
        reference: exactTotal(),
        lengths: [],
        ratios: [],
      }),
      step(state, item) {
        const both = find(item);
        if (!both) return;
        state.tokens++;
        addExact(state.policy, both[0]);
        addExact(state.reference, both[1]);
        if (separators && !separators.has(idOf(item)!)) return;
        state.lengths.push(state.tokens - state.ended);
        state.ratios.push(ratioOf(state));
        state.ended = state.tokens;
      },
      canonical: (state) => ({
        ...state,
        policy: canonicalExact(state.policy),
        reference: canonicalExact(state.reference),
      }),
      validate: ({ tokens, ended, policy, reference, lengths, ratios }) =>
        wholeFault("tokens", tokens, 0, Number.MAX_SAFE_INTEGER) ??
          wholeFault("the length of ratios", ratios.length, lengths.length, lengths.length) ??
          lengths.map((length) => wholeFault("a length", length, 1, tokens)).find(Boolean) ??
          wholeFault(
            "ended",
            ended,
            lengths.reduce((a, b) => a + b, 0),
            Math.min(tokens, lengths.reduce((a, b) => a + b, 0)),
          ) ??
          (ratios.every((ratio) => typeof ratio === "number") ? undefined : "ratios hold what is no number") ??
          exactFault("policy", policy) ?? exactFault("reference", reference),
      finish(state) {
        const open = state.tokens - state.ended;
        const lengths = open > 0 ? [...state.lengths, open] : state.lengths;
        const ratios = open > 0 ? [...state.ratios, ratioOf(state)] : state.ratios;
        const steps = lengths.map((tokens, i) => ({
          tokens,
          reward: beta * (ratios[i] - (i === 0 ? 0 : ratios[i - 1])),
          cumulative: beta * ratios[i],
        }));
        return {
          tokens: state.tokens,
          steps,
          reward: beta * ratioOf(state),
          minimum: steps.length === 0
            ? undefined
            : steps.reduce((least, { reward }) => Math.min(least, reward), Infinity),
        };
      },
    };
  },
});

function ratioOf({ policy, reference }: Readonly<State>): number {
  return exactValue(policy) - exactValue(reference);
}
