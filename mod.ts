/**
 * Sluice: logits that flow. Streams of `[rows, vocabulary]` scores through composable operators and reducers, in at most two
 * reads a row, in bounded memory, with the same bits for any chunking.
 *
 * @module
 */
export * from "./src/core/mod.ts";
export * from "./src/reducers/mod.ts";
export * from "./src/operators/mod.ts";
export * from "./src/sources/mod.ts";
export * from "./src/sinks/mod.ts";
export * from "./src/engine/mod.ts";
