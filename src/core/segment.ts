/**
 * Logits of one row inside one tile of the absolute grid, ready for arithmetic: f32, or f64 where the source is f64.
 * All that operators and reducers see. Valid during the call only; copy what must outlive it.
 */
export interface Segment {
  /** The logits; an operator writes its results here. */
  readonly values: Float32Array | Float64Array;
  /** The source's row number. */
  readonly row: number;
  /** The id of `values[0]`. */
  readonly start: number;
}
