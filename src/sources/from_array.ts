import {
  type ByteReader,
  checkRange,
  checkShape,
  checkWhole,
  type Chunk,
  type Dtype,
  type LogitArray,
  type Logits,
  logitsFrom,
  logitView,
  optionsOf,
  type Range,
  type Shape,
  ShapeError,
  shown,
} from "../core/mod.ts";
import { localSpec } from "../core/inside.ts";
import { ArrayFeed, checkAttached } from "./_array_feed.ts";
import { cutOf } from "./_cut.ts";
import { Cursor } from "./_cursor.ts";
import { checkDtype } from "./_layout.ts";
import { RangeReader } from "./_range_reader.ts";
import { dtypeOf } from "./_typed_array.ts";

/** What {@linkcode fromArray} cannot learn from the array. */
export interface FromArrayOptions {
  /** Logits in a row; without it the array is one row. */
  readonly vocabulary?: number;
  /** What a `Uint16Array` holds: "f16" or "bf16". Plain numbers become "f32", or "f64" if that is asked for. */
  readonly dtype?: Dtype;
  /** The most logits of a chunk, 65,536 by default; also of a read without a stream. */
  readonly chunk?: number;
}

/**
 * Logits in memory. Chunks are views of the array, not copies: the array must not change while they are used.
 * Reading them again costs nothing.
 *
 * @example Two rows of three, then the last two columns
 * ```ts
 * import { fromArray } from "@sluice/sluice/sources";
 * import { assertEquals } from "@std/assert";
 *
 * const logits = fromArray(Float32Array.of(1, 2, 3, 4, 5, 6), { vocabulary: 3 });
 * assertEquals(logits.shape, { rows: 2, vocabulary: 3, dtype: "f32" });
 *
 * const chunks = await Array.fromAsync(logits.open({ columns: [1, 3] }));
 * assertEquals(chunks.map(({ data }) => [...data]), [[2, 3], [5, 6]]);
 * ```
 *
 * @param data Row-major: f32, f64, IEEE half floats, raw 16-bit words, or numbers (which are copied).
 * @param options What the array does not say.
 * @returns Logits that can be opened any number of times.
 * @throws {ShapeError} If the array is empty, detached, not whole rows, or not of the dtype said.
 * @throws {ParameterError} If an option is out of range.
 */
export function fromArray(
  data: LogitArray | Float16Array | readonly number[],
  options: FromArrayOptions = {},
): Logits {
  const { dtype: wanted, vocabulary, chunk } = optionsOf("fromArray", options, ["vocabulary", "dtype", "chunk"]);
  const cut = cutOf(chunk);
  const { dtype, values } = typed(data, wanted);
  const shape = shapeOf(values.length, dtype, vocabulary);
  return logitsFrom({
    shape,
    replay: "free",
    spec: localSpec("fromArray"),
    open: (range?: Range): ReadableStream<Chunk> => openArray(values, shape, cut.chunk, range),
    read: (range?: Range): ByteReader => readArray(values, shape, cut.most, range),
  });
}

function typed(
  data: LogitArray | Float16Array | readonly number[],
  dtype: Dtype | undefined,
): { readonly dtype: Dtype; readonly values: LogitArray } {
  if (dtype !== undefined) checkDtype(dtype);
  if (!ArrayBuffer.isView(data)) checkNumbers(data);
  const array = ArrayBuffer.isView(data) ? data : dtype === "f64" ? Float64Array.from(data) : Float32Array.from(data);
  checkAttached(array);
  const found = dtypeOf(array, dtype);
  if (!found || (dtype !== undefined && dtype !== found)) {
    const wanted = dtype ? `an array of ${dtype}` : 'floats, or "dtype" to say whether words are "f16" or "bf16"';
    throw new ShapeError(`Cannot read a ${array.constructor.name} as logits: wanted ${wanted}`, "E_DTYPE");
  }
  return { dtype: found, values: logitView(found, array.buffer, array.byteOffset, array.length) };
}

function checkNumbers(data: readonly unknown[]): void {
  if (!Array.isArray(data)) {
    throw new ShapeError(`Cannot read ${shown(data)} as logits: wanted a typed array or a list of numbers`, "E_DTYPE");
  }
  const at = data.findIndex((x) => typeof x !== "number");
  if (at < 0) return;
  const hint = Array.isArray(data[at]) ? "; pass the rows one behind the other, and the vocabulary" : "";
  throw new ShapeError(`Cannot read the array: item ${at} is a ${typeof data[at]}, wanted numbers${hint}`, "E_DTYPE");
}

function shapeOf(length: number, dtype: Dtype, vocabulary: number | undefined): Shape {
  if (length === 0) throw new ShapeError("Cannot read the array: it is empty, wanted at least one logit", "E_EMPTY");
  if (vocabulary === undefined) return checkShape("the array", { rows: 1, vocabulary: length, dtype });
  checkWhole("vocabulary", vocabulary, 1);
  const rows = length / vocabulary;
  if (!Number.isSafeInteger(rows)) {
    throw new ShapeError(`Cannot read the array as rows of ${vocabulary}: it has ${length} logits, wanted a multiple`);
  }
  return checkShape("the array", { rows, vocabulary, dtype });
}

function openArray(
  values: LogitArray,
  shape: Shape,
  size: number,
  range: Range | undefined,
): ReadableStream<Chunk> {
  const cursor = new Cursor(shape, checkRange(shape, range));
  return new ReadableStream<Chunk>({
    pull(controller): void {
      range?.signal?.throwIfAborted();
      checkAttached(values);
      const count = Math.min(size, cursor.left);
      if (count === 0) return controller.close();
      const { row, id: start } = cursor;
      const at = row * shape.vocabulary + start;
      cursor.advance(count);
      controller.enqueue({ shape, data: values.subarray(at, at + count), row, start });
    },
  }, { highWaterMark: 0 });
}

function readArray(values: LogitArray, shape: Shape, most: number, range: Range | undefined): ByteReader {
  return new RangeReader({
    what: "the array",
    shape,
    range: checkRange(shape, range),
    signal: range?.signal,
    feed: new ArrayFeed(values),
    origin: 0,
    byte: 0,
    last: false,
    most,
  });
}
