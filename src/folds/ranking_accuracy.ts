import { define, type Fold } from "../core/mod.ts";
import { bothAt } from "./_both_at.ts";
import { countsState } from "./_counts.ts";
import { numberAt } from "./_fields.ts";
import { idealLogRatio } from "./ideal_log_ratio.ts";

/** Options of {@linkcode rankingAccuracy}. */
export interface RankingAccuracyOptions {
  /** The path of the chosen completion's scores, `{ logprob, reference?, tokens? }`; `"chosen"` when absent. */
  readonly chosen?: string;
  /** The path of the rejected one's; `"rejected"` when absent. */
  readonly rejected?: string;
  /** Compares log-probabilities by token: `tokens` are needed. */
  readonly normalize?: boolean;
  /** The path of the share of raters who prefer the chosen one, for the ideal accuracy; references are needed where it is there. */
  readonly preference?: string;
  /** The beta of the policy, for the ideal accuracy; 0.1 when absent. */
  readonly beta?: number;
}

/** What {@linkcode rankingAccuracy} finds. */
export interface RankingAccuracyResult {
  /** How many pairs were judged. */
  readonly pairs: number;
  /** How many had NaN for a score: they are not in `pairs`. */
  readonly invalid: number;
  /** The share whose chosen completion is the likelier one. A tie is wrong. NaN of none. */
  readonly accuracy: number;
  /** How many pairs had a share of raters. */
  readonly rated: number;
  /** The share of those that the ideal policy ranks right; NaN of none. */
  readonly idealAccuracy: number;
}

/**
 * How often a policy finds the chosen completion likelier than the rejected one, and how often the ideal policy of direct preference
 * optimisation would: where the reference is strongly of another opinion, even that one ranks wrong. Chen et al. 2024, "Preference
 * Learning Algorithms Do Not Learn Preference Rankings".
 *
 * Needs: pairs with the log-probabilities of both, as a preference loss takes them; one that has neither counts for nothing, one that has
 * one of them is refused. Gives: {@linkcode RankingAccuracyResult}. Specials: NaN is counted. Mergeable. State: five numbers.
 *
 * @example Two pairs, one of them right
 * ```ts
 * import { fold, rankingAccuracy } from "@sluice/sluice/folds";
 * import { assertEquals } from "@std/assert";
 *
 * const pairs = [
 *   { chosen: { logprob: -1.875 }, rejected: { logprob: -4.375 } },
 *   { chosen: { logprob: -3 }, rejected: { logprob: -3 } },
 * ];
 * const { ranking } = await fold(pairs, { ranking: rankingAccuracy() });
 * assertEquals([ranking.pairs, ranking.accuracy], [2, 0.5]);
 * ```
 *
 * @param options Where scores are, and what they are compared by.
 * @returns The fold.
 * @throws {ParameterError} If an option does not fit; from `step`, if what is there is no number, or a number is missing.
 */
export function rankingAccuracy(options: RankingAccuracyOptions = {}): Fold<unknown, RankingAccuracyResult> {
  return rankingAccuracyDefinition.call(options);
}

const WHAT = "rankingAccuracy";

/** Its row of the catalogue. */
export const rankingAccuracyDefinition = /* @__PURE__ */ define({
  name: WHAT,
  kind: "fold",
  help: "how often the chosen completion is the likelier one",
  options: {
    chosen: { type: "text", default: "chosen", help: "the path of the chosen completion's scores" },
    rejected: { type: "text", default: "rejected", help: "the path of the rejected one's" },
    normalize: { type: "flag", default: false, help: "log-probabilities are compared by token" },
    preference: { type: "text", optional: true, help: "the path of the share of raters for the chosen one" },
    beta: { type: "number", above: 0, default: 0.1, help: "the beta of the policy, for the ideal accuracy" },
  },
  make({ chosen, rejected, normalize, preference, beta }, spec): Fold<unknown, RankingAccuracyResult> {
    const logprobs = bothAt(WHAT, `${chosen}.logprob`, `${rejected}.logprob`);
    const tokens = needed(`${chosen}.tokens`, `${rejected}.tokens`);
    const references = needed(`${chosen}.reference`, `${rejected}.reference`);
    const share = preference === undefined ? () => undefined : numberAt(WHAT, preference);

    /** Both numbers of a pair: without them the verdict would be of something else. */
    function needed(first: string, second: string) {
      const find = bothAt(WHAT, first, second);
      return (pair: unknown) => find(pair) ?? [NaN, NaN] as const;
    }

    return {
      spec,
      ...countsState(["pairs", "right", "rated", "ideal", "invalid"]),
      step(state, pair) {
        const found = logprobs(pair);
        if (!found) return;
        const [w, l] = normalize ? perToken(found, tokens(pair)) : found;
        const q = share(pair), [rw, rl] = q === undefined ? [0, 0] : references(pair);
        if ([w, l, rw, rl].some(Number.isNaN)) {
          state.invalid++;
          return;
        }
        state.pairs++;
        state.right += Number(w > l);
        if (q === undefined) return;
        state.rated++;
        state.ideal += Number(idealLogRatio(rw - rl, { preference: q, beta }) > 0);
      },
      finish: ({ pairs, right, rated, ideal, invalid }) => ({
        pairs,
        invalid,
        accuracy: right / pairs,
        rated,
        idealAccuracy: ideal / rated,
      }),
    };
  },
});

/** Means by token; an empty completion has the mean 0, as its sum. */
function perToken([w, l]: readonly [number, number], [n, m]: readonly [number, number]): readonly [number, number] {
  return [n === 0 ? w : w / n, m === 0 ? l : l / m];
}
