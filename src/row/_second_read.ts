import type { Reducer } from "../core/mod.ts";
import { ReducerSet } from "./_reducer_set.ts";
import type { FinishedRow } from "./row_state.ts";

/** The reducers that want a row again, and whose results theirs replace. */
export interface Asking {
  readonly positions: readonly number[];
  readonly set: ReducerSet;
}

/** Who wants a row again after its first read; nobody whose streams are invalid. */
export function askingAfter({ facts, fold }: FinishedRow, streams: ReducerSet["streams"]): Asking | undefined {
  return askingOf(fold.seconds(facts), streams);
}

/** Puts the results of another read in their places, and gives its slots back; tells who wants one more. */
export function settle({ positions }: Asking, again: FinishedRow, results: unknown[], streams: ReducerSet["streams"]) {
  positions.forEach((position, i) => results[position] = again.results[i]);
  const next = again.fold.seconds(again.facts).map(([i, reducer]) => [positions[i], reducer] as const);
  again.fold.close();
  return askingOf(next, streams);
}

function askingOf(
  seconds: readonly (readonly [number, Reducer<unknown>])[],
  streams: ReducerSet["streams"],
): Asking | undefined {
  if (seconds.length === 0) return undefined;
  // They have no names of their own.
  const reducers = Object.fromEntries(seconds.map(([, reducer], i) => [`second${i}`, reducer]));
  return { positions: seconds.map(([position]) => position), set: new ReducerSet(reducers, streams) };
}
