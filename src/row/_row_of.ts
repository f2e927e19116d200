import type { Reducers, Row, RowFacts, RowReport } from "../core/mod.ts";
import type { ReducerSet } from "./_reducer_set.ts";

/** Facts and results as the row that callers see. */
export function rowOf<T extends Reducers>(
  set: ReducerSet,
  facts: readonly RowFacts[],
  results: readonly unknown[],
  reads: number,
): Row<T> {
  const { index, count, nan, posInf, allMasked, firstInvalid, partial } = facts.length === 1
    ? facts[0]
    : together(facts);
  const row: Record<string, unknown> = { index, count, nan, posInf, allMasked, firstInvalid, partial, reads };
  for (let i = 0; i < results.length; i++) row[set.names[i]] = results[i];
  return row as Row<T>;
}

/** Of aligned streams the invalid logits of all, and whether one has no allowed token. */
function together(facts: readonly RowFacts[]): Omit<RowReport, "reads"> {
  const [{ index, count, partial }] = facts;
  const ids = facts.flatMap(({ firstInvalid }) => firstInvalid ?? []);
  return {
    index,
    count,
    partial,
    nan: facts.reduce((sum, { nan }) => sum + nan, 0),
    posInf: facts.reduce((sum, { posInf }) => sum + posInf, 0),
    allMasked: facts.some(({ allMasked }) => allMasked),
    firstInvalid: ids.length > 0 ? Math.min(...ids) : undefined,
  };
}
