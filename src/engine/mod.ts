/**
 * What runs: flows of logits through reducers and maps, in at most two reads a row.
 *
 * @module
 */
export * from "./file_spill.ts";
export * from "./flow_options.ts";
export * from "./map.ts";
export * from "./normalize.ts";
export * from "./reduce.ts";
export * from "./row_state.ts";
export * from "./spill.ts";
