import { checkIds, ParameterError, shown } from "../core/mod.ts";
import { firstAt } from "../row/inside.ts";

/** Ids in ascending order, each once, checked. */
export function sortedIds(what: string, ids: Iterable<number>): Float64Array {
  if (typeof (ids as Iterable<number> | null)?.[Symbol.iterator] !== "function") {
    throw new ParameterError(`Cannot use ${shown(ids)} in ${what}: wanted a list of ids`);
  }
  const unique = new Set(ids);
  checkIds(what, unique);
  return Float64Array.from(unique).sort();
}

/** Refuses ids that a vocabulary does not have. `ids` ascend. */
export function checkVocabulary(what: string, ids: Float64Array, vocabulary: number): void {
  const id = ids[firstAt(ids, vocabulary)];
  if (id !== undefined) {
    throw new ParameterError(`Cannot use id ${id} in ${what}: the vocabulary has 0 to ${vocabulary - 1}`);
  }
}
