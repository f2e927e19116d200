import { define, type Fold } from "../core/mod.ts";
import { flagAt, numberAt } from "./_fields.ts";
import { classCounts, LIMIT, type Scored, scoredState, ties } from "./_scored.ts";

/** Options of {@linkcode oscr}. */
export interface OscrOptions {
  /** The path of the score: the larger, the more a known class; `"score"` when absent. */
  readonly score?: string;
  /** The path of whether the item is of a known class; `"known"` when absent. */
  readonly known?: string;
  /** The path of whether a known one was classified right; `"correct"` when absent. */
  readonly correct?: string;
  /** How many items are kept, 9 bytes each, before 4,096 bins stand for them; 10,000,000 when absent. */
  readonly limit?: number;
}

/** What {@linkcode oscr} finds. */
export interface OscrResult {
  /** How many items of known classes there were. */
  readonly known: number;
  /** How many of unknown ones. */
  readonly unknown: number;
  /** How many had NaN for a score: they are in neither. */
  readonly invalid: number;
  /** The area, from 0 to the share of known ones that are right; `undefined` without items of both kinds. */
  readonly oscr: number | undefined;
  /** `false` where there were more items than are kept. */
  readonly exact: boolean;
  /** By how much the area may be wrong: half the pairs that share a bin; 0 where it is exact. */
  readonly error: number;
}

const WRONG = 0, RIGHT = 1, UNKNOWN = 2;

/**
 * The area under the open-set classification rate: correct classification of known items over false positives of unknown ones,
 * `(1 / (n_known n_unknown)) sum over right known and unknown of [score_known > score_unknown] + ties / 2`. With all known ones right it is
 * the AUROC. (The `compute_oscr` that is often copied shifts its two rates by one cut-off.)
 *
 * Needs: a score, whether the item is known, and of known ones whether they are right; an item without one of them counts for nothing.
 * Gives: {@linkcode OscrResult}. Specials, accuracy, state: as `auroc`. Mergeable.
 *
 * @example Three known, of which two are right, and two unknown
 * ```ts
 * import { fold, oscr } from "@sluice/sluice/folds";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const items = [3.1, 2.2, 1.5, 1.8, 0.9].map((score, i) => ({ score, known: i < 3, correct: i < 2 }));
 * const { open } = await fold(items, { open: oscr() });
 * assertAlmostEquals(open.oscr!, 2 / 3, 1e-15);
 * ```
 *
 * @param options Where score, kind and verdict are, and how many items are kept.
 * @returns The fold.
 * @throws {ParameterError} If an option does not fit; from `step`, if what is there is no number or no truth.
 */
export function oscr(options: OscrOptions = {}): Fold<unknown, OscrResult> {
  return oscrDefinition.call(options);
}

/** Its row of the catalogue. */
export const oscrDefinition = /* @__PURE__ */ define({
  name: "oscr",
  kind: "fold",
  help: "the area under the open-set classification rate",
  options: {
    score: { type: "text", default: "score", help: "the path of the score" },
    known: { type: "text", default: "known", help: "the path of whether the item is of a known class" },
    correct: { type: "text", default: "correct", help: "the path of whether a known one was classified right" },
    limit: LIMIT,
  },
  make({ score, known, correct, limit }, spec): Fold<unknown, OscrResult, Scored> {
    const scoreOf = numberAt("oscr", score), knownOf = flagAt("oscr", known), correctOf = flagAt("oscr", correct);
    const { add, ...rest } = scoredState(3, limit);
    return {
      spec,
      ...rest,
      step(state, item) {
        const value = scoreOf(item), isKnown = knownOf(item), isRight = correctOf(item);
        if (value === undefined || isKnown === undefined || (isKnown && isRight === undefined)) return;
        add(state, value, isKnown ? isRight ? RIGHT : WRONG : UNKNOWN);
      },
      finish(state) {
        const counts = classCounts(state, 3), exact = state.bins.length === 0;
        const found = counts[WRONG] + counts[RIGHT], pairs = found * counts[UNKNOWN];
        let above = 0, won = 0, tied = 0;
        for (const { counts: tie } of ties(state, 3)) {
          won += above * tie[UNKNOWN];
          tied += tie[RIGHT] * tie[UNKNOWN];
          above += tie[RIGHT];
        }
        return {
          known: found,
          unknown: counts[UNKNOWN],
          invalid: state.invalid,
          oscr: pairs === 0 ? undefined : (won + tied / 2) / pairs,
          exact,
          error: exact || pairs === 0 ? 0 : tied / 2 / pairs,
        };
      },
    };
  },
});
