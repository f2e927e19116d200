/**
 * One row at a time, synchronously: what is reduced of it, whole or in parts that are saved, sent and merged.
 *
 * | symbol | |
 * | --- | --- |
 * | {@linkcode reduceRow} | one row in memory, or several aligned ones, to its results |
 * | {@linkcode RowState} | what has been reduced of one row, or of a part of it |
 * | {@linkcode saveState}, {@linkcode loadState} | states as bytes |
 * | {@linkcode mergeStates}, {@linkcode finishState} | parts to a whole, and to results |
 *
 * @module
 */
export * from "./finish_state.ts";
export * from "./load_state.ts";
export * from "./merge_states.ts";
export * from "./reduce_row.ts";
export { RowState } from "./row_state.ts";
export * from "./save_state.ts";
