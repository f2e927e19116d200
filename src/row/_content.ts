import type { Backend } from "../../kernels/mod.ts";
import type { StreamData } from "./_stream_sum.ts";
import type { PartData } from "./row_state.ts";

/** What a state holds, as plain data. */
export interface StateContent {
  readonly backend: Backend;
  readonly element: "f32" | "f64";
  readonly row: number;
  readonly vocabulary: number;
  readonly operators: string;
  readonly streams: readonly StreamData[];
  readonly states: readonly unknown[];
  readonly parts: readonly PartData[];
}
