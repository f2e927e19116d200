import type { Chunk, Logits, Reducer } from "../core/mod.ts";
import type { Flow } from "./_flow.ts";
import { ReducerSet } from "./_reducer_set.ts";
import { RowState } from "./row_state.ts";

/** Reads a row again for the reducers that asked, and gives their results in order. */
export async function secondRead(
  flow: Flow,
  logits: Logits,
  reducers: readonly Reducer<unknown>[],
  row: number,
  current: Chunk,
): Promise<unknown[]> {
  const set = new ReducerSet(Object.fromEntries(reducers.map((reducer, i) => [`second${i}`, reducer])));
  const state = new RowState(set, flow.kernels, row, logits.shape.vocabulary);
  for await (const chunk of flow.replay!.chunks(row, current)) {
    for (const { at, count, start } of flow.stage.runs(chunk, flow.columns)) state.extend(at, count, start);
  }
  return state.finish().results;
}
