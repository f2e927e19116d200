import { define, type Fold, ParameterError, shown } from "../core/mod.ts";
import { countsState } from "./_counts.ts";
import { numberAt, valueAt } from "./_fields.ts";

/** Options of {@linkcode accuracy}. */
export interface AccuracyOptions {
  /** Among how many of the best the label must be; 1 when absent. */
  readonly k?: number;
  /** The path of the label's score in a row, as `label` gives it; `"y"` when absent. */
  readonly label?: string;
  /** The path of the row's best, as `topK` or `maximum` gives them. Where absent, the label's rank decides, as `label(ids, { rank: true })` gives it. */
  readonly top?: string;
}

/** What {@linkcode accuracy} finds. */
export interface AccuracyResult {
  /** How many rows had a label and a verdict. */
  readonly rows: number;
  /** How many of them were right. */
  readonly correct: number;
  /** How many had a label, but no valid prediction: rows with NaN, or with no allowed token. They are not in `rows`. */
  readonly invalid: number;
  /** `correct / rows`; NaN of none. */
  readonly accuracy: number;
}

/**
 * How often the label is among the k best: top-k accuracy.
 *
 * By `top`, ties go to the lower id, as `topK` and `maximum` have them (scikit-learn's `accuracy_score` of an arg-max). By the label's rank,
 * 1 + how many logits are larger, a tie counts as right.
 * Needs: the label's score, and the best or the rank. Gives: {@linkcode AccuracyResult}; rows without a label count for nothing.
 * Mergeable. State: three numbers.
 *
 * @example Two of three
 * ```ts
 * import { fromArray, label, maximum, reduce } from "@sluice/sluice";
 * import { accuracy, fold } from "@sluice/sluice/folds";
 * import { assertEquals } from "@std/assert";
 *
 * const logits = fromArray([1, 0, 0, 1, 3, 2], { vocabulary: 2 });
 * const rows = reduce(logits, { y: label([0, 1, 1]), best: maximum() });
 * const { of } = await fold(rows, { of: accuracy({ top: "best" }) });
 * assertEquals([of.rows, of.correct], [3, 2]);
 * ```
 *
 * @param options k, and where label and best are.
 * @returns The fold.
 * @throws {ParameterError} If an option does not fit; from `step`, if a row has a label and neither rank nor best.
 */
export function accuracy(options: AccuracyOptions = {}): Fold<unknown, AccuracyResult> {
  return accuracyDefinition.call(options);
}

/** Its row of the catalogue. */
export const accuracyDefinition = /* @__PURE__ */ define({
  name: "accuracy",
  kind: "fold",
  help: "how often the label is among the k best",
  options: {
    k: { type: "whole", least: 1, default: 1, code: "E_K_RANGE", help: "among how many of the best it must be" },
    label: { type: "text", default: "y", help: "the path of the label's score in a row" },
    top: { type: "text", optional: true, help: "the path of the row's best; the label's rank decides where absent" },
  },
  make({ k, label, top }, spec): Fold<unknown, AccuracyResult> {
    const idOf = numberAt("accuracy", `${label}.id`), logprobOf = numberAt("accuracy", `${label}.logprob`);
    const verdict = top === undefined ? byRank(label, k) : byBest(top, k);
    return {
      spec,
      ...countsState(["rows", "correct", "invalid"]),
      step(state, item) {
        const id = idOf(item);
        if (id === undefined) return;
        const logprob = logprobOf(item);
        const right = Number.isNaN(logprob) ? undefined : verdict(item, id, logprob);
        if (right === undefined) state.invalid++;
        else {
          state.rows++;
          state.correct += Number(right);
        }
      },
      finish: ({ rows, correct, invalid }) => ({ rows, correct, invalid, accuracy: correct / rows }),
    };
  },
});

/** Whether a row is right; `undefined` where it has no prediction. */
type Verdict = (item: unknown, id: number, logprob: number | undefined) => boolean | undefined;

function byRank(label: string, k: number): Verdict {
  const rankOf = numberAt("accuracy", `${label}.rank`);
  return (item) => {
    const rank = rankOf(item);
    if (rank !== undefined) return rank <= k;
    throw new ParameterError(
      `Cannot use accuracy on a row whose "${label}" has no rank: wanted label(ids, { rank: true }), or the option top`,
    );
  };
}

function byBest(top: string, k: number): Verdict {
  const find = valueAt(top);
  return (item, id, logprob = NaN) => {
    const found = find(item), best: { readonly id?: number }[] = Array.isArray(found) ? found : [found];
    if (best.slice(0, k).some((one) => one?.id === id)) return true;
    // Fewer than k are listed only where the others are masked: a label that is not must have been among them.
    if (found === undefined || (best.length < k && logprob > -Infinity)) {
      throw new ParameterError(
        `Cannot use accuracy on a row whose "${top}" is ${
          shown(found)
        }: wanted its ${k} best, as topK(${k}) gives them`,
      );
    }
    return best[0]?.id === undefined ? undefined : false;
  };
}
