import {
  checkLogits,
  checkWhole,
  ChunkOrder,
  chunkRuns,
  type Logits,
  optionsOf,
  ParameterError,
  widen,
} from "../core/mod.ts";

/** Options of {@linkcode rowsOf}. */
export interface RowsOfOptions {
  /** Most bytes of one row; 8 MiB when absent. */
  readonly rowCache?: number;
}

/** A whole row of values. */
export interface ValueRow {
  /** The source's row number. */
  readonly row: number;
  /** Its values, in memory of their own: float64 where the source is, else float32. */
  readonly values: Float32Array | Float64Array;
}

const MIB = 2 ** 20;

/**
 * Whole rows of logits, or of probabilities: what folds of whole rows take. One row at a time is held.
 *
 * Needs: rows of at most `rowCache` bytes as float32 or float64. Gives: a stream of {@linkcode ValueRow}. Cost: a copy. Cancelling the stream
 * cancels the source.
 *
 * @example The centroid of two distributions
 * ```ts
 * import { fromArray, normalize } from "@sluice/sluice";
 * import { columnMoments, fold, rowsOf } from "@sluice/sluice/folds";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const probabilities = normalize(fromArray([0, 0, Math.log(3), 0], { vocabulary: 2 }));
 * const { centroid } = await fold(rowsOf(probabilities), { centroid: columnMoments({ width: 2 }) });
 * assertAlmostEquals(centroid.mean[0], (0.5 + 0.75) / 2, 1e-6);
 * ```
 *
 * @param logits The logits.
 * @param options How large a row may be.
 * @returns The rows, in order.
 * @throws {ParameterError} If these are no logits, or a row is larger than the cache.
 */
export function rowsOf(logits: Logits, options: RowsOfOptions = {}): ReadableStream<ValueRow> {
  checkLogits("take rows of", logits);
  const { rowCache = 8 * MIB } = optionsOf("rowsOf", options, ["rowCache"]);
  checkWhole("rowCache", rowCache, 0);
  const bytes = logits.shape.vocabulary * (logits.shape.dtype === "f64" ? 8 : 4);
  if (bytes > rowCache) {
    throw new ParameterError(`Cannot take rows of ${bytes} bytes: the row cache is ${rowCache}; wanted a larger one`);
  }
  return ReadableStream.from(wholeRows(logits));
}

async function* wholeRows(logits: Logits): AsyncGenerator<ValueRow> {
  const { shape } = logits, { vocabulary, dtype, rows = Infinity } = shape;
  const order = new ChunkOrder(shape, [0, rows], [0, vocabulary]);
  const Values = dtype === "f64" ? Float64Array : Float32Array;
  let values = new Values(vocabulary);
  for await (const chunk of logits.open()) {
    order.take(chunk);
    const data = widen(chunk);
    for (const { row, start, offset, count } of chunkRuns(chunk)) {
      values.set(data.subarray(offset, offset + count), start);
      if (start + count < vocabulary) continue;
      yield { row, values };
      values = new Values(vocabulary);
    }
  }
  order.end();
}
