import type { Chunk } from "./chunk.ts";
import type { Segment } from "./segment.ts";
import type { Shape } from "./shape.ts";
import type { Spec } from "./spec.ts";

/**
 * A named, parameterised map on logits, id by id: what it writes at an id may depend on the row, the id and the
 * logit there, and on nothing else. Hence any cut of the row gives the same bits.
 */
export interface Operator {
  /** What it is, as data. */
  readonly spec: Spec;
  /** Refuses a shape it does not fit, before any read. */
  check?(shape: Shape): void;
  /**
   * Set on an operator that changes only how the stream is cut: `stream` does its work, `apply` nothing. It works where chunks are handed
   * on (`open`, `tap`, `zipMasks`); `reduce`, `map` and their kin cut rows themselves and pass it over.
   */
  readonly reshapes?: boolean;
  /** Rewrites `segment.values` in place. */
  apply(segment: Segment): void;
  /** The same as a `TransformStream`, for whoever composes Web Streams by hand. Fresh state at each call. */
  stream(): TransformStream<Chunk, Chunk>;
}
