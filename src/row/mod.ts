/**
 * One row at a time, synchronously: what is reduced of it, whole or in parts that are saved, sent and merged.
 *
 * | symbol | |
 * | --- | --- |
 * | {@linkcode reduceRow} | one row in memory, or several aligned ones, to its results |
 * | {@linkcode lendRow} | memory for a row, which needs no copy |
 * | {@linkcode RowState} | what has been reduced of one row, or of a part of it |
 * | {@linkcode saveState}, {@linkcode loadState} | states as bytes |
 * | {@linkcode mergeStates}, {@linkcode finishState} | parts to a whole, and to results |
 *
 * What reducers of one's own are made of, beside the contracts of `./core`:
 *
 * | symbol | |
 * | --- | --- |
 * | {@linkcode heapOf}, {@linkcode offer}, {@linkcode ranked}, {@linkcode scanBlock} | the k best of a row |
 * | {@linkcode toExact}, {@linkcode toNumber} | exact sums |
 * | {@linkcode entropyOf}, {@linkcode countInvalid} | what a sweep has found |
 * | {@linkcode heapFault}, {@linkcode exactSumsFault}, {@linkcode slotFault} | what is wrong with a state that somebody else wrote |
 *
 * @module
 */
export * from "./count_invalid.ts";
export * from "./entropy_of.ts";
export * from "./exact_sum.ts";
export * from "./finish_state.ts";
export * from "./heap.ts";
export * from "./lend_row.ts";
export * from "./load_state.ts";
export * from "./merge_states.ts";
export * from "./reduce_row.ts";
export { RowState } from "./row_state.ts";
export * from "./save_state.ts";
export * from "./scan_block.ts";
export * from "./slot_fault.ts";
