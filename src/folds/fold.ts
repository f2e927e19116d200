import type { FoldResults, Folds } from "../core/mod.ts";
import { iterable } from "./_iterable.ts";
import { FoldState } from "./fold_state.ts";

/**
 * Folds all of a stream to one result: an evaluation of rows, a mean over pairs. Memory is that of the folds, whatever the length.
 *
 * Folds that have `merge` give the same bits for any order of the items, and for any split of them over {@linkcode FoldState}s.
 *
 * @example Perplexity of a text
 * ```ts
 * import { fromArray, label, reduce } from "@sluice/sluice";
 * import { fold, meanNll } from "@sluice/sluice/folds";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const logits = fromArray([0, 0, 0, 0], { vocabulary: 2 });
 * const { text } = await fold(reduce(logits, { y: label([0, 1]) }), { text: meanNll("y.logprob") });
 * assertEquals(text.rows, 2);
 * assertAlmostEquals(text.perplexity, 2, 1e-6);
 * ```
 *
 * @param rows A stream of results, or anything that gives one item after the other.
 * @param folds What to fold them by, by name.
 * @returns The results, by the same names.
 * @throws {ParameterError} If these are no rows or no folds, or an item is not what a fold takes.
 */
export async function fold<T extends Folds>(
  rows: AsyncIterable<unknown> | Iterable<unknown>,
  folds: T,
): Promise<FoldResults<T>> {
  const state = new FoldState(folds);
  for await (const row of iterable(rows)) state.step(row);
  return state.finish();
}
