import { checkIds, define, ParameterError, type Reducer } from "../core/mod.ts";
import { listOf } from "./_list_of.ts";
import { pickedReducer, SCORE_FIELDS, type TargetScore } from "./_picked.ts";

export type { TargetScore };

/** Options of {@linkcode target}. */
export interface TargetOptions {
  /** The rank of each: 1 + how many logits are larger. */
  readonly rank?: boolean;
}

/**
 * The logits and log-probabilities `(x - max) - logSum`, in nats, of given ids in every row, in the order given.
 *
 * Specials: a masked token has log-probability -Infinity; in a row with NaN or +Infinity, or with no allowed token, they are NaN.
 * Cost: as log-sum-exp; `rank` also keeps the 64 best (about half a log-sum-exp more), and reads a row a second time
 * only if a target is not among them.
 *
 * @example Log-probability and rank of one id
 * ```ts
 * import { fromArray, reduce, target } from "@sluice/sluice";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const logits = fromArray([1.5, -0.75, 3.25, 0, 2, -2.5]);
 * const [row] = await Array.fromAsync(reduce(logits, { y: target([4], { rank: true }) }));
 * assertAlmostEquals(row.y[0].logprob, -1.669073011, 1e-6);
 * assertEquals(row.y[0].rank, 2);
 * ```
 *
 * @param ids The ids; each below the vocabulary.
 * @param options Whether ranks are wanted.
 * @returns The reducer.
 * @throws {ParameterError} If there are no ids, or one is not below the vocabulary.
 */
export function target(
  ids: readonly number[],
  options: TargetOptions = {},
): Reducer<readonly TargetScore[]> {
  return targetDefinition.call(options, ids);
}

/** Its row of the catalogue. */
export const targetDefinition = /* @__PURE__ */ define({
  name: "target",
  kind: "reducer",
  help: "logit and log-probability of these ids in every row",
  options: {
    ids: { type: "data", read: readIds, argument: true, help: "the ids" },
    rank: { type: "flag", default: false, help: "the rank of each: 1 + how many logits are larger" },
  },
  result: { list: true, fields: SCORE_FIELDS },
  make: ({ ids, rank }, spec): Reducer<readonly TargetScore[]> =>
    pickedReducer(spec, {
      rank,
      list: true,
      idsOf: () => ids,
      check: (vocabulary) => checkIds("target", ids, vocabulary),
      result: (scores) => scores,
    }),
});

function readIds(what: string, _name: string, value: unknown): readonly number[] {
  const ids = listOf(what, value as ArrayLike<number>);
  if (ids.length === 0) throw new ParameterError(`Cannot use ${what} without ids: wanted at least one`);
  checkIds(what, ids);
  return ids;
}
