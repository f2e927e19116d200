import type { Chunk } from "./chunk.ts";

/** A part of a chunk that lies in one row. */
export interface Run {
  /** The source's row number. */
  readonly row: number;
  /** The id of its first logit. */
  readonly start: number;
  /** Where it begins in the chunk's data. */
  readonly offset: number;
  /** How many logits. */
  readonly count: number;
}

/**
 * Cuts a chunk at the ends of rows.
 *
 * @example Four logits over the end of a row
 * ```ts
 * import { chunkRuns } from "@sluice/sluice/core";
 * import { assertEquals } from "@std/assert";
 *
 * const shape = { rows: 2, vocabulary: 3, dtype: "f32" } as const;
 * const chunk = { shape, data: new Float32Array(4), row: 0, start: 1 };
 * assertEquals([...chunkRuns(chunk)].map((run) => run.count), [2, 2]);
 * ```
 *
 * @param chunk The chunk.
 * @returns Its runs, in order.
 */
export function* chunkRuns({ shape, data, row, start }: Chunk): Generator<Run> {
  let offset = 0;
  while (offset < data.length) {
    const count = Math.min(data.length - offset, shape.vocabulary - start);
    yield { row, start, offset, count };
    offset += count;
    row++;
    start = 0;
  }
}
