import type { LogitArray } from "./dtype.ts";
import type { Shape } from "./shape.ts";

/**
 * What streams carry: a contiguous run of the row-major `[rows, vocabulary]` array, in the source's own dtype.
 * It may end inside a row and may span many rows; where only some columns are read, it stays inside one row.
 * Chunks follow each other without gap or overlap.
 */
export interface Chunk {
  /** One frozen object, shared by all chunks of a stream. */
  readonly shape: Shape;
  /** The logits: raw 16-bit words for f16 and bf16. */
  readonly data: LogitArray;
  /** The source's row number of `data[0]`. */
  readonly row: number;
  /** The id (position in its row) of `data[0]`. */
  readonly start: number;
  /**
   * Gives the memory of `data` back to whoever made the chunk, who writes the next one there: nothing of it may be read afterwards.
   * Only chunks of logits that were opened with `reuse` have it, and whoever does not call it loses nothing.
   */
  release?(): void;
}
