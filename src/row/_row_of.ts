import type { Reducers, Row, RowFacts, RowReport } from "../core/mod.ts";
import { isInvalid } from "./_invalid_row.ts";
import type { ReducerSet } from "./_reducer_set.ts";

/** Facts and results as the row that callers see. */
export function rowOf<T extends Reducers>(
  set: ReducerSet,
  facts: readonly RowFacts[],
  results: readonly unknown[],
  reads: number,
): Row<T> {
  const { index, count, nan, posInf, allMasked, firstInvalid, partial } = togetherOf(facts);
  const row: Record<string, unknown> = { index, count, nan, posInf, allMasked, firstInvalid, partial, reads };
  if (set.streams && facts.some(isInvalid)) row.streams = faultsOf(set.streams, facts);
  for (let i = 0; i < results.length; i++) row[set.names[i]] = results[i];
  return row as Row<T>;
}

/** What is wrong with each stream that has no distribution. */
function faultsOf(names: readonly string[], facts: readonly RowFacts[]): NonNullable<RowReport["streams"]> {
  return Object.fromEntries(
    facts.flatMap((stream, i) => {
      const { nan, posInf, allMasked, firstInvalid } = stream;
      return isInvalid(stream) ? [[names[i], { nan, posInf, allMasked, firstInvalid }]] : [];
    }),
  );
}

/** Of aligned streams the invalid logits of all, and whether one has no allowed token; of one its own. */
export function togetherOf(facts: readonly RowFacts[]): Omit<RowReport, "reads" | "streams"> {
  if (facts.length === 1) return facts[0];
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
