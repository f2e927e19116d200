/**
 * What runs: flows of logits through reducers and maps, in at most two reads a row.
 *
 * | symbol | what it does |
 * | --- | --- |
 * | `reduce` | rows to results, as a stream |
 * | `reduceRow` | one row in memory to results, synchronously |
 * | `collect` | all rows to one typed array a field |
 * | `normalize`, `map` | rows to rows, in a second read |
 * | `tap` | a look at running reducers |
 * | `explain` | what would happen |
 * | `entropyMonitor` | rolling entropy, events, the model switch |
 * | `reduceStates`, `mergeStates`, `finishState`, `saveState`, `loadState` | parts of a row, merged anywhere |
 * | `recordReducers`, `rowRecord`, `sampleRecord`, `requireToken` | a row, a sample as the command line and the service write it |
 * | `zipMasks` | a bitmask of its own for each row |
 * | `fileSpill` | a second read for one-shot streams of very long rows |
 *
 * @module
 */
export * from "./collect.ts";
export * from "./entropy_monitor.ts";
export * from "./explain.ts";
export * from "./file_spill.ts";
export * from "./finish_state.ts";
export * from "./flow_options.ts";
export * from "./load_state.ts";
export * from "./map.ts";
export * from "./merge_states.ts";
export * from "./normalize.ts";
export * from "./reduce.ts";
export * from "./reduce_row.ts";
export * from "./reduce_states.ts";
export * from "./row_record.ts";
export * from "./row_state.ts";
export * from "./require_token.ts";
export * from "./sample_chain.ts";
export * from "./sample_record.ts";
export { saveState } from "./save_state.ts";
export * from "./spill.ts";
export * from "./tap.ts";
export * from "./zip_masks.ts";
