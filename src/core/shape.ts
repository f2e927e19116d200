import type { Dtype } from "./dtype.ts";

/** The shape of a `[rows, vocabulary]` array of logits. One frozen object is shared by all chunks of a stream. */
export interface Shape {
  /** How many rows, or `undefined` when only the end of the stream will tell. */
  readonly rows: number | undefined;
  /** Logits in a row. */
  readonly vocabulary: number;
  /** How each logit is stored. */
  readonly dtype: Dtype;
}
