/**
 * Sluice: logits that flow. Streams of `[rows, vocabulary]` scores through composable operators and reducers, in at most two
 * reads a row, in bounded memory, with the same bits for any chunking.
 *
 * ```ts
 * import { entropy, fromArray, logSumExp, reduce, temperature, topK } from "@sluice/sluice";
 *
 * const logits = fromArray([1.5, -0.75, 3.25, 0, 2, -2.5]).pipe(temperature(0.8));
 * for await (const row of reduce(logits, { lse: logSumExp(), h: entropy(), top: topK(2) })) {
 *   console.log(row.index, row.lse, row.h, row.top);
 * }
 * ```
 *
 * Sources: `fromArray`, `fromStream`, `fromFile`, `fromStdin`. Operators: `temperature`, `softcap`, `logitBias`, `mask`, `rechunk`.
 * Reducers: see `./reducers`; maps: `./maps`. What runs them, as streams: `reduce`, `collect`, `normalize`, `map`, `tap`, `explain`, and `zip` for several
 * streams side by side: see `./flow`; row by row: `reduceRow`, `normalizeRow`, `lendRow` and the states: see `./row`, `./maps`. Sinks: `toNpy`, `toRaw`, `toNdjson`, `toText`. Types and errors, and what it takes to write a source, an operator
 * or a reducer of one's own: see `./core`. Everything again from its spec, and chains from JSON: `./catalogue`, which is not among these.
 *
 * Importing this module asks for no permission; files and standard input are touched only by the source or sink that needs them.
 *
 * @module
 */
export { ArenaFullError, type Backend, BackendUnavailableError, type Kernels, type Level } from "./kernels/mod.ts";
export {
  type Block,
  type ByteReader,
  type Chunk,
  type Dtype,
  type ErrorCode,
  errorCode,
  ERRORS,
  type Fact,
  type Folded,
  InvalidLogitError,
  type LogitArray,
  type Logits,
  logitsFrom,
  type LogitSource,
  type Operator,
  operatorStream,
  ParameterError,
  type Range,
  type Reducer,
  type Reducers,
  type Replay,
  type Results,
  type Row,
  type RowFacts,
  type RowMap,
  type RowReport,
  type Segment,
  type Shape,
  ShapeError,
  SinkError,
  SourceChangedError,
  SourceError,
  SourceExhaustedError,
  type Spec,
  StateFormatError,
  type StreamReport,
} from "./src/core/mod.ts";
export * from "./src/flow/mod.ts";
export {
  type AlignedRows,
  finishState,
  type FinishStateOptions,
  lendRow,
  type LentRow,
  loadState,
  mergeStates,
  reduceRow,
  type ReduceRowOptions,
  RowState,
  saveState,
  type SaveStateOptions,
} from "./src/row/mod.ts";
export * from "./src/sampling/mod.ts";
export * from "./src/maps/mod.ts";
export * from "./src/operators/mod.ts";
export * from "./src/reducers/mod.ts";
export * from "./src/sinks/mod.ts";
export * from "./src/sources/mod.ts";
