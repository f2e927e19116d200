import type { Kernels, Level } from "../../kernels/mod.ts";
import type { RowFacts } from "./row_facts.ts";
import type { Segment } from "./segment.ts";
import type { Spec } from "./spec.ts";

/** A map over a row that knows the whole row: what a second read does (softmax, p - onehot, ...). */
export interface RowMap {
  /** What it is, as data. */
  readonly spec: Spec;
  /** What the first read must learn. */
  readonly needs: Level;
  /**
   * Whether it is the softmax itself, each logit's weight over the sum of all: then the engine shares out the weights that the first read has
   * evaluated, where it could keep them, and calls neither `emit` nor `emitBlock`.
   */
  readonly share?: boolean;
  /** Writes `out[i]` for each `segment.values[i]`. Segments come in order and may be cut anywhere. */
  emit(segment: Segment, out: Float32Array | Float64Array, row: RowFacts): void;
  /** The same in the arena, from address `at` to address `to`; the engine prefers it where present. */
  emitBlock?(kernels: Kernels, at: number, count: number, to: number, row: RowFacts): void;
}
