import type { Logits, Reducers, Replay, Shape, Spec } from "../core/mod.ts";
import type { RowState } from "../row/mod.ts";
import type { Plan } from "./_plan.ts";
import type { Reduction } from "./_reduction.ts";
import type { FlowOptions } from "./flow_options.ts";

/** Several logits of one shape, row beside row, by name. Not logits itself: it has no single value at an id. */
export interface Aligned<N extends string = string> {
  /** The streams by name: each with its own operators, dtype, chunking and replay. */
  readonly streams: Readonly<Record<N, Logits>>;
  /** Rows and vocabulary of all; the dtype is each stream's own. */
  readonly shape: Pick<Shape, "rows" | "vocabulary">;
  /** How a second read is had: the weakest of the streams. */
  readonly replay: Replay;
  /** What these are, as data. */
  readonly spec: Spec;
  /** @ignore */
  reduction(verb: string, reducers: Reducers, options: FlowOptions): Reduction;
  /** @ignore */
  states(
    reducers: Reducers,
    options: FlowOptions & { readonly columns?: readonly [number, number] },
  ): ReadableStream<RowState>;
  /** @ignore */
  plan(reducers: Reducers, options: FlowOptions): Plan;
}
