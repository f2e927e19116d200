import { TILE } from "../../kernels/mod.ts";
import type { Chunk } from "./chunk.ts";
import { chunkRuns } from "./chunk_runs.ts";
import type { Operator } from "./operator.ts";
import { widen } from "./widen.ts";

/** A copy of the chunk, widened, with the operators applied to each segment. */
function apply(chunk: Chunk, operators: readonly Operator[]): Chunk {
  const values = widen(chunk);
  for (const { row, start, offset, count } of chunkRuns(chunk)) {
    for (let done = 0; done < count;) {
      const id = start + done;
      const size = Math.min(count - done, TILE - id % TILE);
      const segment = { values: values.subarray(offset + done, offset + done + size), row, start: id };
      for (const operator of operators) operator.apply(segment);
      done += size;
    }
  }
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
 * @param operators What to apply.
 * @returns A fresh transform; it reads one chunk ahead.
 */
export function operatorStream(operators: readonly Operator[]): TransformStream<Chunk, Chunk> {
  return new TransformStream({
    transform: (chunk, controller) => controller.enqueue(apply(chunk, operators)),
  });
}

/** Pipes chunks through operators; each run of plain operators is one stage, an operator with a stage of its own is another. */
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
