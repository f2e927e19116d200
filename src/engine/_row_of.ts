import type { Reducers, Row, RowFacts } from "../core/mod.ts";
import type { ReducerSet } from "./_reducer_set.ts";

/** Facts and results as the row that callers see. */
export function rowOf<T extends Reducers>(
  set: ReducerSet,
  facts: RowFacts,
  results: readonly unknown[],
  reads: number,
): Row<T> {
  const { index, count, nan, posInf, allMasked, firstInvalid, partial } = facts;
  const row: Record<string, unknown> = { index, count, nan, posInf, allMasked, firstInvalid, partial, reads };
  for (let i = 0; i < results.length; i++) row[set.names[i]] = results[i];
  return row as Row<T>;
}
