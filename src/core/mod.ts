/**
 * Types and laws: shapes, chunks, specs, operators, reducers, errors. No I/O.
 *
 * @module
 */
export * from "./apply_operators.ts";
export * from "./block.ts";
export * from "./byte_reader.ts";
export * from "./check.ts";
export * from "./check_logits.ts";
export * from "./check_operators.ts";
export * from "./check_option.ts";
export * from "./chunk.ts";
export * from "./chunk_order.ts";
export * from "./chunk_runs.ts";
export * from "./define.ts";
export * from "./detached.ts";
export * from "./dtype.ts";
export * from "./error_code.ts";
export * from "./errors.ts";
export * from "./fact.ts";
export * from "./fold.ts";
export * from "./folded.ts";
export * from "./in_arena.ts";
export * from "./io_reason.ts";
export * from "./is_portable.ts";
export * from "./logit_view.ts";
export * from "./logits.ts";
export * from "./logits_from.ts";
export * from "./operator.ts";
export * from "./option.ts";
export * from "./options_of.ts";
export * from "./range.ts";
export * from "./reducer.ts";
export * from "./register.ts";
export * from "./registered.ts";
export * from "./result.ts";
export * from "./row.ts";
export * from "./row_facts.ts";
export * from "./row_map.ts";
export * from "./segment.ts";
export * from "./shape.ts";
export * from "./shown.ts";
export * from "./spec.ts";
export type { SweptRow } from "./swept_row.ts";
export * from "./spec_text.ts";
export * from "./whole_fault.ts";
export * from "./widen.ts";
