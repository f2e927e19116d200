import type { Chunk, Logits, Reducer } from "../core/mod.ts";
import type { Flow } from "./_flow.ts";
import { ReducerSet } from "./_reducer_set.ts";
import { RowState } from "./row_state.ts";

/** The reducers of another read: they have no names of their own. */
export function askingSet(reducers: readonly Reducer<unknown>[]): ReducerSet {
  return new ReducerSet(Object.fromEntries(reducers.map((reducer, i) => [`second${i}`, reducer])));
}

/** Reads a row again for the reducers that asked, and gives what was found, in their order. */
export async function secondRead(
  flow: Flow,
  logits: Logits,
  reducers: readonly Reducer<unknown>[],
  row: number,
  current: Chunk,
): Promise<ReturnType<RowState["finish"]>> {
  const state = new RowState(askingSet(reducers), flow.kernels, row, logits.shape.vocabulary);
  for await (const chunk of flow.replay!.chunks(row, current)) {
    for (const { at, count, start } of flow.stage.runs(chunk, flow.columns)) state.extend(at, count, start);
  }
  return state.finish();
}

/** Puts the results of another read in their places, and gives the reducers that want one more. */
export function nextAsking(
  positions: readonly number[],
  { facts, results: found, fold }: ReturnType<RowState["finish"]>,
  results: unknown[],
): ReturnType<typeof fold.seconds> {
  positions.forEach((position, i) => results[position] = found[i]);
  return fold.seconds(facts).map(([i, reducer]) => [positions[i], reducer]);
}
