import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { errorCode, ParameterError, ShapeError } from "@sluice/sluice/core";
import { fromArray } from "@sluice/sluice/sources";
import { bytesOfArray, drain, logitsOf, pieces, rangeOf, ranges } from "./_bytes.ts";

const SIX = Float32Array.of(1, 2, 3, 4, 5, 6);

Deno.test("fromArray() without a vocabulary is one row", () => {
  assertEquals(fromArray(SIX).shape, { rows: 1, vocabulary: 6, dtype: "f32" });
});

Deno.test("fromArray() cuts the default chunk at 65,536 logits", async () => {
  const chunks = await pieces(fromArray(new Float32Array(100_000), { vocabulary: 50_000 }).open());
  assertEquals(chunks.map(({ row, start, data }) => [row, start, data.length]), [[0, 0, 65536], [1, 15536, 34464]]);
});

Deno.test("fromArray() hands out views of the array, and one shape", async () => {
  const logits = fromArray(SIX.subarray(1), { chunk: 2 });
  const chunks = await Array.fromAsync(logits.open());
  assertEquals(chunks.map(({ data }) => data.byteOffset), [4, 12, 20]);
  for (const { data, shape } of chunks) {
    assertStrictEquals(data.buffer, SIX.buffer);
    assertStrictEquals(shape, logits.shape);
  }
  assert(Object.isFrozen(logits.shape));
});

Deno.test("fromArray() can be opened any number of times", async () => {
  const logits = fromArray(SIX);
  assertEquals(logits.replay, "free");
  assertEquals(await logitsOf(logits.open()), [...SIX]);
  assertEquals(await logitsOf(logits.open()), [...SIX]);
});

Deno.test("fromArray() honours every range, as chunks and as bytes, for any chunk size", async () => {
  const data = Float64Array.from({ length: 20 }, (_, i) => i);
  for (const chunk of [1, 3, 5, 7, 100]) {
    const logits = fromArray(data, { vocabulary: 5, chunk });
    for (const range of ranges(4, 5)) {
      const wanted = rangeOf(data, 5, range);
      const found = await pieces(logits.open(range));
      assertEquals(found.flatMap((piece) => piece.data), wanted);
      for (const { row, start, data: [first], data: { length } } of found) {
        assertEquals(first, row * 5 + start);
        assert(length <= chunk);
        assert(range.columns === undefined || range.columns[1] - range.columns[0] === 5 || start + length <= 5);
      }
      const bytes = await drain(logits.source!.read!(range), 24);
      assertEquals([...new Float64Array(bytes.buffer)], wanted);
    }
  }
});

Deno.test("fromArray() takes floats, half floats, raw words and numbers", async () => {
  assertEquals(fromArray(new Float64Array(2)).shape.dtype, "f64");
  assertEquals(fromArray(new Uint16Array(2), { dtype: "bf16" }).shape.dtype, "bf16");
  assertEquals(fromArray(new Uint16Array(2), { dtype: "f16" }).shape.dtype, "f16");
  const [halves] = await Array.fromAsync(fromArray(Float16Array.of(1, -2)).open());
  assertEquals(halves.shape.dtype, "f16");
  assertEquals(halves.data, Uint16Array.of(0x3c00, 0xc000));
  const [numbers] = await Array.fromAsync(fromArray([0.1]).open());
  assertEquals(numbers.data, Float32Array.of(0.1));
  const [exact] = await Array.fromAsync(fromArray([0.1], { dtype: "f64" }).open());
  assertEquals(exact.data, Float64Array.of(0.1));
});

Deno.test("fromArray() takes shared memory", async () => {
  const shared = new Float32Array(new SharedArrayBuffer(8));
  shared.set([1, 2]);
  assertEquals(await logitsOf(fromArray(shared).open()), [1, 2]);
  assertEquals(await drain(fromArray(shared).source!.read!()), bytesOfArray(Float32Array.of(1, 2)));
});

Deno.test("fromArray() refuses an empty array, a ragged one and a dtype that is not the array's", () => {
  assertEquals(errorCode(assertThrows(() => fromArray([]), ShapeError)), "E_EMPTY");
  assertEquals(errorCode(assertThrows(() => fromArray(SIX, { vocabulary: 4 }), ShapeError)), "E_SHAPE");
  assertEquals(errorCode(assertThrows(() => fromArray(SIX, { vocabulary: 7 }), ShapeError)), "E_SHAPE");
  assertEquals(errorCode(assertThrows(() => fromArray(new Uint16Array(1)), ShapeError)), "E_DTYPE");
  assertEquals(errorCode(assertThrows(() => fromArray(SIX, { dtype: "f64" }), ShapeError)), "E_DTYPE");
  assertEquals(errorCode(assertThrows(() => fromArray([1], { dtype: "f16" }), ShapeError)), "E_DTYPE");
  const words = new Int32Array(1) as unknown as Uint16Array;
  assertEquals(errorCode(assertThrows(() => fromArray(words), ShapeError)), "E_DTYPE");
});

Deno.test("fromArray() refuses options and ranges that are out of range", () => {
  for (const vocabulary of [0, -1, 1.5, NaN, Infinity]) {
    assertThrows(() => fromArray(SIX, { vocabulary }), ParameterError, "vocabulary");
  }
  for (const chunk of [0, -1, 1.5, NaN, Infinity]) {
    assertThrows(() => fromArray(SIX, { chunk }), ParameterError, "chunk");
  }
  assertThrows(() => fromArray(SIX, { dtype: "f8" as "f16" }), ParameterError, "f8");
  const logits = fromArray(SIX, { vocabulary: 3 });
  for (const rows of [[0, 3], [1, 1], [-1, 1], [0.5, 1], [2, 1]] as [number, number][]) {
    assertThrows(() => logits.open({ rows }), ParameterError, "rows");
    assertThrows(() => logits.source!.read!({ rows }), ParameterError, "rows");
  }
  for (const columns of [[0, 4], [3, 3], [-1, 1], [NaN, 1]] as [number, number][]) {
    assertThrows(() => logits.open({ columns }), ParameterError, "columns");
  }
});

Deno.test("fromArray() refuses a detached array, now and when it is read", async () => {
  const gone = new Float32Array(4);
  const logits = fromArray(gone, { chunk: 2 });
  const stream = logits.open().getReader();
  const bytes = logits.source!.read!();
  await stream.read();
  structuredClone(gone, { transfer: [gone.buffer] });
  assertEquals(errorCode(await assertRejects(() => stream.read(), ShapeError)), "E_DETACHED");
  assertEquals(errorCode(await assertRejects(() => bytes.read(new Uint8Array(4)), ShapeError)), "E_DETACHED");
  await bytes.close();
  assertEquals(errorCode(assertThrows(() => fromArray(gone), ShapeError)), "E_DETACHED");
});

Deno.test("fromArray() ends with the signal's reason", async () => {
  const controller = new AbortController();
  const reader = fromArray(SIX, { chunk: 1 }).open({ signal: controller.signal }).getReader();
  await reader.read();
  controller.abort(new Error("enough"));
  await assertRejects(() => reader.read(), Error, "enough");
});
