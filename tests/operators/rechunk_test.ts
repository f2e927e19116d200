import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { bytesOf, type Chunk, ChunkOrder, type Dtype, ParameterError } from "@sluice/sluice/core";
import { rechunk, temperature } from "@sluice/sluice/operators";
import { fromArray } from "@sluice/sluice/sources";
import { pieces, random, rangeOf, ranges, whole } from "../sources/_bytes.ts";

Deno.test("rechunk() cuts to n logits whatever came, and keeps dtype and order", async () => {
  const next = random(9);
  for (let round = 0; round < 100; round++) {
    const dtype = (["f32", "f64", "f16", "bf16"] as const)[round % 4];
    const vocabulary = whole(next, 1, 40);
    const rows = whole(next, 1, 10);
    const size = whole(next, 1, 60);
    const shape = { rows, vocabulary, dtype };
    const data = {
      2: new Uint16Array(rows * vocabulary),
      4: new Float32Array(rows * vocabulary),
      8: new Float64Array(rows * vocabulary),
    }[bytesOf(dtype) as 2]!;
    data.forEach((_, i) => data[i] = i);
    const chunks: Chunk[] = [];
    for (let at = 0; at < data.length;) {
      const part = data.slice(at, at + whole(next, 0, 50));
      chunks.push({ shape, data: part, row: Math.floor(at / vocabulary), start: at % vocabulary });
      at += part.length;
    }
    const found = await Array.fromAsync(ReadableStream.from(chunks).pipeThrough(rechunk(size).stream()));
    const order = new ChunkOrder(shape, [0, rows], [0, vocabulary]);
    for (const chunk of found) order.take(chunk);
    order.end();
    assertEquals(found.flatMap((chunk) => [...chunk.data]), [...data]);
    assert(found.every((chunk, i) => chunk.data.length === Math.min(size, data.length - i * size)));
    assert(found.every((chunk) => chunk.shape === shape));
  }
});

Deno.test("rechunk() copies nothing where the new chunk lies within an old one", async () => {
  const data = new Float32Array(100);
  const chunks = await Array.fromAsync(fromArray(data, { chunk: 50 }).pipe(rechunk(20)).open());
  assertEquals(chunks.map((chunk) => chunk.data.buffer === data.buffer), [true, true, false, true, true]);
});

Deno.test("rechunk() copies each logit at most once, however small the chunks are", async () => {
  const set = Float32Array.prototype.set;
  let copied = 0;
  Float32Array.prototype.set = function (values, offset): void {
    copied += values.length;
    set.call(this, values, offset);
  };
  try {
    const chunks = await pieces(fromArray(new Float32Array(5000), { chunk: 1 }).pipe(rechunk(4096)).open());
    assertEquals(chunks.map(({ data }) => data.length), [4096, 904]);
    assertEquals(copied, 5000);
  } finally {
    Float32Array.prototype.set = set;
  }
});

Deno.test("rechunk() never joins what does not follow: only some columns are read", async () => {
  const data = Float32Array.from({ length: 12 }, (_, i) => i);
  for (const size of [1, 2, 3, 5, 100]) {
    for (const range of ranges(3, 4)) {
      const found = await pieces(fromArray(data, { vocabulary: 4, chunk: 2 }).pipe(rechunk(size)).open(range));
      assertEquals(found.flatMap((piece) => piece.data), rangeOf(data, 4, range));
      for (const { row, start, data: values } of found) {
        assertEquals(values, Array.from(values, (_, i) => row * 4 + start + i));
        assert(values.length <= size);
      }
    }
  }
});

Deno.test("rechunk() alone does not widen; with an operator that writes it does", async () => {
  for (const dtype of ["f16", "bf16"] as Dtype[]) {
    const logits = fromArray(new Uint16Array(4), { dtype }).pipe(rechunk(3));
    assertEquals(logits.shape.dtype, dtype);
    for await (const { shape, data } of logits.open()) {
      assertStrictEquals(shape, logits.shape);
      assert(data instanceof Uint16Array);
    }
    const wide = logits.pipe(temperature(2));
    assertEquals(wide.shape.dtype, "f32");
    for await (const { shape, data } of wide.open()) assert(shape.dtype === "f32" && data instanceof Float32Array);
  }
});

Deno.test("rechunk() gives each stream a state of its own", async () => {
  const logits = fromArray(new Float32Array(5)).pipe(rechunk(3));
  const half = logits.open().getReader();
  await half.read();
  assertEquals((await pieces(logits.open())).map(({ data }) => data.length), [3, 2]);
  await half.cancel();
});

Deno.test("rechunk() refuses sizes that are not whole numbers of at least 1", () => {
  for (const size of [0, -1, 1.5, NaN, Infinity]) assertThrows(() => rechunk(size), ParameterError, "rechunk");
});
