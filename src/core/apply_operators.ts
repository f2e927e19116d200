import { applyTiles } from "./_apply_tiles.ts";
import type { Chunk } from "./chunk.ts";
import { checkOperators } from "./check_operators.ts";
import { chunkRuns } from "./chunk_runs.ts";
import type { Operator } from "./operator.ts";
import { widen } from "./widen.ts";

/** A copy of the chunk, widened, with the operators applied to each segment. */
function apply(chunk: Chunk, operators: readonly Operator[]): Chunk {
  const values = widen(chunk);
  for (const { row, start, offset, count } of chunkRuns(chunk)) {
    applyTiles(operators, values.subarray(offset, offset + count), row, start);
  }
  chunk.release?.();
  return { shape: widened(chunk.shape), data: values, row: chunk.row, start: chunk.start };
}

const shapes = new WeakMap<Chunk["shape"], Chunk["shape"]>();

/** The same shape in the dtype that operators write; one object a shape. */
function widened(shape: Chunk["shape"]): Chunk["shape"] {
  if (shape.dtype === "f32" || shape.dtype === "f64") return shape;
  let wide = shapes.get(shape);
  if (!wide) shapes.set(shape, wide = Object.freeze({ ...shape, dtype: "f32" }));
  return wide;
}

/**
 * The one adapter from operators to Web Streams: a `TransformStream` that applies them, in order, to a copy of each chunk.
 * f16 and bf16 are widened to f32.
 *
 * @example Two operators as one stage
 * ```ts
 * import { fromArray, operatorStream, softcap, temperature } from "@sluice/sluice";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const halved = fromArray([1, 2]).open().pipeThrough(operatorStream([temperature(2), softcap(30)]));
 * const [{ data }] = await Array.fromAsync(halved);
 * assertAlmostEquals(data[1], 30 * Math.tanh(1 / 30), 1e-6);
 * ```
 *
 * @param operators What to apply.
 * @returns A fresh transform; it reads one chunk ahead.
 * @throws {ParameterError} If one of them is no operator.
 */
export function operatorStream(operators: readonly Operator[]): TransformStream<Chunk, Chunk> {
  checkOperators(operators);
  return new TransformStream({
    transform: (chunk, controller) => controller.enqueue(apply(chunk, operators)),
  });
}

/**
 * Pipes chunks through operators; each run of plain operators is one stage, an operator with a stage of its own is another.
 *
 * @example Halved, then cut into single logits
 * ```ts
 * import { applyOperators } from "@sluice/sluice/core";
 * import { rechunk, temperature } from "@sluice/sluice/operators";
 * import { fromArray } from "@sluice/sluice/sources";
 * import { assertEquals } from "@std/assert";
 *
 * const chunks = await Array.fromAsync(applyOperators(fromArray([2, 4]).open(), [temperature(2), rechunk(1)]));
 * assertEquals(chunks.map(({ data }) => data[0]), [1, 2]);
 * ```
 *
 * @param chunks What flows.
 * @param operators What to apply, first to last.
 * @returns The chunks after the last operator; the same stream where there are none.
 */
export function applyOperators(
  chunks: ReadableStream<Chunk>,
  operators: readonly Operator[],
): ReadableStream<Chunk> {
  let plain: Operator[] = [];
  for (const operator of operators) {
    if (!operator.reshapes) {
      plain.push(operator);
      continue;
    }
    if (plain.length > 0) chunks = chunks.pipeThrough(operatorStream(plain));
    plain = [];
    chunks = chunks.pipeThrough(operator.stream());
  }
  return plain.length > 0 ? chunks.pipeThrough(operatorStream(plain)) : chunks;
}
