import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { errorCode, ParameterError, ShapeError, SourceError, SourceExhaustedError } from "@sluice/sluice/core";
import { fromStream } from "@sluice/sluice/sources";
import {
  bytesOfArray,
  concat,
  CountedStream,
  cutAnywhere,
  drain,
  logitsOf,
  npy,
  npyText,
  pieces,
  random,
  rangeOf,
  ranges,
  whole,
} from "./_bytes.ts";

const SIX = Float32Array.of(1, 2, 3, 4, 5, 6);
const BYTES = bytesOfArray(SIX);

function streamOf(...chunks: unknown[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(chunks) as ReadableStream<Uint8Array>;
}

Deno.test("fromStream() gives the same logits however the bytes are cut, raw and .npy, as chunks and as bytes", async () => {
  const next = random(1);
  const arrays = { f32: Float32Array.from({ length: 60 }, next), f64: Float64Array.from({ length: 60 }, next) };
  for (let round = 0; round < 200; round++) {
    const dtype = round % 2 === 0 ? "f32" : "f64";
    const data = arrays[dtype];
    const raw = bytesOfArray(data);
    const major = whole(next, 1, 4);
    const isRaw = next() < 0.5;
    const bytes = isRaw ? raw : npy(npyText(dtype === "f32" ? "<f4" : "<f8", [6, 10]), data, major);
    const cut = streamOf(...cutAnywhere(bytes, next, whole(next, 1, 40)));
    const options = isRaw ? { vocabulary: 10, dtype } as const : {};
    const logits = await fromStream(cut, { ...options, chunk: whole(next, 1, 25) });
    assertEquals(logits.shape, { rows: isRaw ? undefined : 6, vocabulary: 10, dtype });
    if (round % 3 === 0) assertEquals(await drain(logits.source!.read!(), whole(next, 1, 50)), raw);
    else assertEquals(await logitsOf(logits.open()), [...data]);
  }
});

Deno.test("fromStream() honours every range by reading past the rest, whether the rows are known or not", async () => {
  const data = Uint16Array.from({ length: 12 }, (_, i) => i);
  for (const rows of [3, undefined]) {
    for (const range of ranges(3, 4)) {
      const cut = streamOf(...cutAnywhere(bytesOfArray(data), random(2), 7));
      const logits = await fromStream(cut, { vocabulary: 4, dtype: "bf16", ...rows && { rows } });
      const found = await pieces(logits.open(range));
      assertEquals(found.flatMap((piece) => piece.data), rangeOf(data, 4, range));
      for (const { row, start, data: [first] } of found) assertEquals(first, row * 4 + start);
    }
  }
});

Deno.test("fromStream() takes typed arrays of its dtype, and bytes among them", async () => {
  const f32 = await fromStream(streamOf(SIX.subarray(0, 4), BYTES.subarray(16)), { vocabulary: 3 });
  assertEquals(await logitsOf(f32.open()), [...SIX]);
  const f64 = await fromStream(ReadableStream.from([Float64Array.of(1, 2)]), { vocabulary: 2, dtype: "f64" });
  assertEquals(await logitsOf(f64.open()), [1, 2]);
  const f16 = await fromStream(ReadableStream.from([Float16Array.of(1)]), { vocabulary: 1, dtype: "f16" });
  assertEquals(await logitsOf(f16.open()), [0x3c00]);
  const bf16 = await fromStream(ReadableStream.from([Uint16Array.of(0x3f80)]), { vocabulary: 1, dtype: "bf16" });
  assertEquals(await logitsOf(bf16.open()), [0x3f80]);
});

Deno.test("fromStream() refuses chunks that are not of its dtype", async () => {
  for (
    const value of [Float64Array.of(1), Uint16Array.of(1), new DataView(new ArrayBuffer(4)), "text", 7, null, {}, [1]]
  ) {
    const { stream, cancels } = new CountedStream([value]);
    const logits = await fromStream(stream as ReadableStream<Uint8Array>, { vocabulary: 1 });
    assertEquals(errorCode(await assertRejects(() => pieces(logits.open()), ShapeError)), "E_DTYPE");
    assertEquals(cancels.length, 1);
  }
});

Deno.test("fromStream() refuses a detached chunk", async () => {
  const gone = new Uint8Array(4);
  structuredClone(gone, { transfer: [gone.buffer] });
  const logits = await fromStream(streamOf(gone), { vocabulary: 1 });
  assertEquals(errorCode(await assertRejects(() => pieces(logits.open()), ShapeError)), "E_DETACHED");
});

Deno.test("fromStream() can be opened once", async () => {
  const logits = await fromStream(streamOf(BYTES), { vocabulary: 3 });
  assertEquals(logits.replay, "once");
  assertThrows(() => logits.open({ rows: [2, 1] }), ParameterError);
  assertEquals(await logitsOf(logits.open()), [...SIX]);
  assertThrows(() => logits.open(), SourceExhaustedError, "again");
  assertThrows(() => logits.source!.read!(), SourceExhaustedError, "again");
});

Deno.test("fromStream() reads nothing of a raw stream before there is demand, and one chunk at a time", async () => {
  const counted = new CountedStream([BYTES, BYTES, BYTES]);
  const logits = await fromStream(counted.stream, { vocabulary: 6 });
  const reader = logits.open().getReader();
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(counted.pulls, 0);
  for (let read = 1; read <= 3; read++) {
    await reader.read();
    await new Promise((resolve) => setTimeout(resolve));
    assertEquals(counted.pulls, read);
  }
  await reader.cancel();
});

Deno.test("fromStream() passes on what is there: a slow stream is not held back to fill a chunk", async () => {
  const logits = await fromStream(streamOf(BYTES.subarray(0, 9), BYTES.subarray(9)), { vocabulary: 6 });
  const found = await pieces(logits.open());
  assertEquals(found.map(({ start, data }) => [start, data]), [[0, [1, 2, 3]], [3, [4, 5, 6]]]);
});

Deno.test("fromStream() reads no more of a .npy than its header before it is opened", async () => {
  const bytes = npy(npyText("<f4", [2, 3]), SIX);
  const counted = new CountedStream(cutAnywhere(bytes, () => 0.5, 16));
  const header = bytes.length - BYTES.length;
  const logits = await fromStream(counted.stream);
  assertEquals(counted.pulls, Math.ceil(header / 8));
  assertEquals(await logitsOf(logits.open()), [...SIX]);
});

Deno.test("fromStream() refuses a stream that ends inside a row or a logit, saying where", async () => {
  for (
    const [bytes, place] of [[16, "row 1, id 1, byte 16"], [22, "row 1, id 2, byte 22"], [
      1,
      "row 0, id 0, byte 1",
    ]] as const
  ) {
    for (const rows of [undefined, 2]) {
      const logits = await fromStream(streamOf(BYTES.subarray(0, bytes)), { vocabulary: 3, ...rows && { rows } });
      const error = await assertRejects(() => pieces(logits.open()), SourceError, place);
      assertEquals(error.code, "E_SOURCE_SHORT");
    }
  }
  const fewer = await fromStream(streamOf(BYTES), { vocabulary: 3, rows: 3 });
  const error = await assertRejects(() => pieces(fewer.open()), SourceError, "row 2, id 0, byte 24");
  assertEquals(error.code, "E_SOURCE_SHORT");
  for (const range of [{ rows: [2, 4] }, { rows: [3, 4] }, { rows: [2, 3], columns: [1, 2] }] as const) {
    const beyond = await fromStream(streamOf(BYTES), { vocabulary: 3 });
    assertEquals(errorCode(await assertRejects(() => pieces(beyond.open(range)), SourceError)), "E_SOURCE_SHORT");
  }
  const gap = await fromStream(streamOf(BYTES.subarray(0, 20)), { vocabulary: 3 });
  assertEquals(
    errorCode(await assertRejects(() => pieces(gap.open({ columns: [0, 1] })), SourceError)),
    "E_SOURCE_SHORT",
  );
});

Deno.test("fromStream() refuses an empty stream", async () => {
  for (const chunks of [[], [new Uint8Array(0)]]) {
    const logits = await fromStream(streamOf(...chunks), { vocabulary: 3 });
    assertEquals(errorCode(await assertRejects(() => pieces(logits.open()), ShapeError)), "E_EMPTY");
    assertEquals(errorCode(await assertRejects(() => fromStream(streamOf(...chunks)), SourceError)), "E_FORMAT");
  }
});

Deno.test("fromStream() refuses a stream that goes on after its rows", async () => {
  for (const range of [{}, { rows: [1, 2] }, { columns: [0, 1] }] as const) {
    const counted = new CountedStream([BYTES, Uint8Array.of(0), BYTES]);
    const logits = await fromStream(counted.stream, { vocabulary: 3, rows: 2 });
    const error = await assertRejects(() => pieces(logits.open(range)), SourceError, "byte 24");
    assertEquals(error.code, "E_SOURCE_LONG");
    assertEquals(counted.cancels.length, 1);
  }
});

Deno.test("fromStream() cancels the rest of a stream where a range ends early", async () => {
  const counted = new CountedStream([BYTES, BYTES, BYTES]);
  const logits = await fromStream(counted.stream, { vocabulary: 6 });
  assertEquals(await logitsOf(logits.open({ rows: [0, 2] })), [...SIX, ...SIX]);
  assertEquals([counted.pulls, counted.cancels.length], [2, 1]);
});

Deno.test("fromStream() hands cancel and its reason to the stream, once", async () => {
  const counted = new CountedStream([BYTES, BYTES]);
  const reader = (await fromStream(counted.stream, { vocabulary: 6 })).open().getReader();
  await reader.read();
  await reader.cancel("enough");
  assertEquals(counted.cancels, ["enough"]);
});

Deno.test("fromStream() hands an abort to the stream, also while it waits for a chunk", async () => {
  for (const way of ["open", "read"] as const) {
    for (const chunks of [0, 1]) {
      const reason = new Error("enough");
      const cancels: unknown[] = [];
      let pulls = 0;
      const stream = new ReadableStream<Uint8Array>({
        pull: (controller) => pulls++ < chunks ? controller.enqueue(BYTES) : new Promise(() => {}),
        cancel: (why) => {
          cancels.push(why);
        },
      }, { highWaterMark: 0 });
      const { signal, abort } = withAbort();
      const logits = await fromStream(stream, { vocabulary: 6 });
      const reading = way === "open" ? pieces(logits.open({ signal })) : drain(logits.source!.read!({ signal }));
      await new Promise((resolve) => setTimeout(resolve));
      abort(reason);
      assertStrictEquals(await assertRejects(() => reading, Error), reason);
      assertEquals(cancels, [reason]);
    }
  }
});

function withAbort(): { signal: AbortSignal; abort: (reason: unknown) => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: (reason) => controller.abort(reason) };
}

Deno.test("fromStream() with a signal that is aborted already reads nothing and cancels the stream", async () => {
  const counted = new CountedStream([BYTES]);
  const logits = await fromStream(counted.stream, { vocabulary: 6 });
  await assertRejects(() => pieces(logits.open({ signal: AbortSignal.abort(new Error("early")) })), Error, "early");
  assertEquals(counted.pulls, 0);
  assertEquals(counted.cancels.length, 1);
});

Deno.test("fromStream() is not disturbed by an abort after its end", async () => {
  const { signal, abort } = withAbort();
  const counted = new CountedStream([BYTES]);
  const logits = await fromStream(counted.stream, { vocabulary: 6 });
  assertEquals(await logitsOf(logits.open({ signal })), [...SIX]);
  abort(new Error("late"));
  assertEquals(counted.cancels, []);
});

Deno.test("fromStream() that fails at any step fails once, with the place and the cause", async () => {
  const bytes = npy(npyText("<f4", [2, 3]), SIX);
  const cuts = cutAnywhere(bytes, () => 0.9, 8);
  const origin = bytes.length - BYTES.length;
  for (const way of ["open", "read"] as const) {
    for (let step = 0; step <= cuts.length; step++) {
      const cause = new Error(`step ${step}`);
      const counted = new CountedStream(cuts.slice(0, step), cause);
      const before = concat(...cuts.slice(0, step)).length;
      const error = await assertRejects(
        async () => {
          const logits = await fromStream(counted.stream);
          await (way === "open" ? pieces(logits.open()) : drain(logits.source!.read!()));
        },
        SourceError,
        `step ${step}`,
      );
      assertEquals(error.code, "E_SOURCE_READ");
      assertStrictEquals(error.cause, cause);
      if (before >= origin) assert(error.message.includes(`byte ${before}`), error.message);
      assertEquals(counted.cancels, []);
    }
  }
});

Deno.test("fromStream() passes on errors that say what they are", async () => {
  const abort = new DOMException("the fetch was aborted", "AbortError");
  const logits = await fromStream(new CountedStream<Uint8Array>([BYTES], abort).stream, { vocabulary: 6 });
  assertStrictEquals(await assertRejects(() => pieces(logits.open()), DOMException), abort);
});

Deno.test("fromStream() without a vocabulary refuses what is no .npy, and cancels it", async () => {
  const refused = [
    [BYTES, "E_FORMAT", 1],
    [npy(npyText(">f4", [2, 3]), SIX), "E_DTYPE", 1],
    [npy(npyText("<f4", [2, 3]), SIX).subarray(0, 40), "E_SOURCE_SHORT", 0],
  ] as const;
  for (const [bytes, code, cancels] of refused) {
    const counted = new CountedStream([bytes]);
    assertEquals(errorCode(await assertRejects(() => fromStream(counted.stream), Error)), code);
    assertEquals(counted.cancels.length, cancels);
  }
});

Deno.test("fromStream() refuses a .npy whose header says something else than the caller", async () => {
  const bytes = npy(npyText("<f4", [2, 3]), SIX);
  await assertRejects(() => fromStream(streamOf(bytes), { rows: 3 }), ShapeError, "its header says 2");
  await assertRejects(() => fromStream(streamOf(bytes), { dtype: "f64" }), ShapeError, "its header says f32");
});

Deno.test("fromStream() refuses options out of range, without touching the stream", async () => {
  for (const options of [{ vocabulary: 0 }, { vocabulary: 1.5 }, { rows: 0 }, { chunk: 0 }, { dtype: "u8" as "f16" }]) {
    const { stream } = new CountedStream([BYTES]);
    await assertRejects(() => fromStream(stream, { vocabulary: 3, ...options }), ParameterError);
    assert(!stream.locked);
  }
});

Deno.test("fromStream() keeps a small chunk in small memory", async () => {
  const logits = await fromStream(streamOf(...Array.from({ length: 4 }, () => BYTES)), { vocabulary: 6 });
  const chunks = await Array.fromAsync(logits.open());
  assertEquals(chunks.map(({ data }) => data.buffer.byteLength), [24, 24, 24, 24]);
  assertEquals(new Set(chunks.map(({ data }) => data.buffer)).size, 4);
  assert(chunks.every(({ shape }) => shape === logits.shape));
});
