/**
 * Streams around rows: flows of logits through reducers and maps, in at most two reads a row.
 *
 * | symbol | what it does |
 * | --- | --- |
 * | {@linkcode reduce} | rows to results, as a stream |
 * | {@linkcode collect} | all rows to one typed array a field |
 * | {@linkcode normalize}, {@linkcode map} | rows to rows, in a second read |
 * | {@linkcode reduceStates} | rows, or parts of them, to states |
 * | {@linkcode tap} | a look at running reducers |
 * | {@linkcode explain} | what would happen |
 * | {@linkcode entropyMonitor} | rolling entropy, events, the model switch |
 * | {@linkcode zip} | several streams, row beside row |
 * | {@linkcode zipMasks} | a bitmask of its own for each row |
 * | {@linkcode fileSpill} | a second read for one-shot streams of very long rows |
 *
 * @module
 */
export * from "./aligned.ts";
export * from "./collect.ts";
export * from "./entropy_monitor.ts";
export * from "./explain.ts";
export * from "./file_spill.ts";
export * from "./flow_options.ts";
export { map, type MapOptions } from "./map.ts";
export * from "./normalize.ts";
export * from "./reduce.ts";
export * from "./reduce_states.ts";
export * from "./spill.ts";
export * from "./tap.ts";
export * from "./zip.ts";
export * from "./zip_masks.ts";
