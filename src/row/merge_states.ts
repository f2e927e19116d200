import { ParameterError, shown, StateFormatError } from "../core/mod.ts";
import { checkState } from "./_check_state.ts";
import { RowState } from "./row_state.ts";

/**
 * Merges states of parts of one row. Exact: any order and any tree of merges gives the same bits.
 * The states themselves stay as they are.
 *
 * @example Three parts, out of order
 * ```ts
 * import { finishState, fromArray, maximum, mergeStates, reduceStates } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * const logits = fromArray([1, 5, 3, 4]);
 * const reducers = { best: maximum() };
 * const parts = [];
 * for (const columns of [[2, 4], [0, 1], [1, 2]] as const) {
 *   parts.push(...await Array.fromAsync(reduceStates(logits, reducers, { columns })));
 * }
 * assertEquals(finishState(mergeStates(parts), reducers).best.id, 1);
 * ```
 *
 * @param states At least one state; all of the same row, vocabulary, operators, reducers and backend.
 * @returns A new state that covers what they cover together.
 * @throws {ParameterError} If that is no list of states.
 * @throws {StateFormatError} If they are of different things or none (`E_MERGE_MISMATCH`), or cover an id twice (`E_SHARD_OVERLAP`).
 */
export function mergeStates(states: readonly RowState[]): RowState {
  if (!Array.isArray(states)) throw new ParameterError(`Cannot merge ${shown(states)}: wanted a list of states`);
  for (const state of states) checkState("merge", state);
  if (!states.length) throw new StateFormatError("Cannot merge no states: wanted at least one", "E_MERGE_MISMATCH");
  return RowState.merged(states);
}
