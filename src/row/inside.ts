/**
 * What the rooms above build on: the parts of a row's engine. Not for users, and no subpath of the package: see `mod.ts`.
 *
 * @module
 */
export { Accumulator } from "./_accumulator.ts";
export {
  addExact,
  addProduct,
  canonicalExact,
  exactDeviation,
  exactFault,
  type ExactTotal,
  exactTotal,
  exactUnits,
  exactValue,
  mergeExact,
} from "./_exact_total.ts";
export { findInTile } from "./_find_in_tile.ts";
export { firstAt } from "./_first_at.ts";
export { callHint } from "./_check_reducers.ts";
export { checkOnInvalid, invalidRow, isInvalid, requireValid } from "./_invalid_row.ts";
export { stateKindFault } from "./_kind_fault.ts";
export { kernelsFor } from "./_kernels_for.ts";
export { KeptLogits, type KeptRow, KeptWeights } from "./_kept_row.ts";
export { LEVELS } from "./_levels.ts";
export { logitAt } from "./_logit_at.ts";
export { type InvalidAs, mapRun } from "./_map_row.ts";
export { ReducerSet } from "./_reducer_set.ts";
export { rowOf, togetherOf } from "./_row_of.ts";
export { checkRow, eachRun } from "./_row_values.ts";
export { elementBytes, type Run, type Values, viewOf } from "./_run.ts";
export { type Asking, askingAfter, settle } from "./_second_read.ts";
export { type StagedRun, Staging } from "./_staging.ts";
export { stateBody } from "./_state_body.ts";
export { STATE_VERSION } from "./_state_law.ts";
export { StreamSum } from "./_stream_sum.ts";
export { sweepSegment } from "./_sweep_segment.ts";
export { SweptBlock } from "./_swept_block.ts";
export { TileRow } from "./_tile_row.ts";
export { type FinishedRow, RowState } from "./row_state.ts";
