import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { errorCode, ShapeError, SinkError } from "@sluice/sluice/core";
import { toRaw } from "@sluice/sluice/sinks";
import { fromArray, fromFile } from "@sluice/sluice/sources";
import { bytesOfArray, concat, random, withFolder } from "../sources/_bytes.ts";

Deno.test("toRaw() writes what fromFile() reads, in each dtype, to a file and to a stream", async () => {
  const next = random(22);
  const values = Array.from({ length: 600 }, next);
  const arrays = {
    f32: Float32Array.from(values),
    f64: Float64Array.from(values),
    f16: Uint16Array.from(values, (x) => x * 65536),
    bf16: Uint16Array.from(values, (x) => x * 65536),
  };
  for (const [dtype, data] of Object.entries(arrays)) {
    await withFolder(async (path) => {
      const logits = fromArray(data, { vocabulary: 6, dtype: dtype as "f16", chunk: 7 });
      await logits.open().pipeTo(await toRaw(path(`a.${dtype}`)));
      assertEquals(await Deno.readFile(path(`a.${dtype}`)), bytesOfArray(data));
      const parts: Uint8Array[] = [];
      const target = new WritableStream<Uint8Array>({ write: (bytes) => void parts.push(bytes.slice()) });
      const again = await fromFile(path(`a.${dtype}`), { vocabulary: 6 });
      await again.open().pipeTo(await toRaw(target));
      assertEquals(concat(...parts), bytesOfArray(data));
    });
  }
});

Deno.test("toRaw() writes of a view only what it views", async () => {
  await withFolder(async (path) => {
    const data = Float32Array.from({ length: 9 }, (_, i) => i);
    await fromArray(data, { vocabulary: 3 }).open({ rows: [1, 2] }).pipeTo(await toRaw(path("a.f32")));
    assertEquals(await Deno.readFile(path("a.f32")), bytesOfArray(data.slice(3, 6)));
  });
});

Deno.test("toRaw() keeps the complete rows of a file when the source fails", async () => {
  await withFolder(async (path) => {
    const { signal, abort } = new class extends AbortController {
      override abort = (reason: unknown) => super.abort(reason);
    }();
    const source = fromArray(new Float32Array(9), { vocabulary: 3, chunk: 4 }).open();
    const cut = source.pipeThrough(
      new TransformStream({
        transform: (chunk, controller) => {
          controller.enqueue(chunk);
          if (chunk.row > 0) abort(new Error("enough"));
        },
      }),
    );
    const writing = cut.pipeTo(await toRaw(path("a.f32")), { signal });
    await assertRejects(() => writing, Error, "enough");
    const { size } = await Deno.stat(path("a.f32"));
    assertEquals(size % 12, 0);
  });
});

Deno.test("toRaw() aborts and closes the target as it is aborted and closed", async () => {
  const log: unknown[] = [];
  const target = () =>
    new WritableStream<Uint8Array>({
      write: () => void log.push("write"),
      close: () => void log.push("close"),
      abort: (reason) => void log.push(reason),
    });
  await fromArray([1]).open().pipeTo(await toRaw(target()));
  assertEquals(log.splice(0).filter((entry) => entry !== "write"), ["close"]);
  const writer = (await toRaw(target())).getWriter();
  await writer.write((await Array.fromAsync(fromArray([1]).open()))[0]);
  await writer.abort("enough");
  await writer.closed.catch(() => {});
  assertEquals(log.filter((entry) => entry !== "write"), ["enough"]);
});

Deno.test("toRaw() reports a target that fails, with its own error as the cause", async () => {
  const cause = new Error("full");
  for (const at of ["write", "close"] as const) {
    const target = new WritableStream<Uint8Array>({
      [at]: () => {
        throw cause;
      },
    });
    const writing = fromArray([1, 2], { vocabulary: 1, chunk: 1 }).open().pipeTo(await toRaw(target));
    const error = await assertRejects(() => writing, SinkError, "full");
    assertStrictEquals(error.cause, cause);
  }
});

Deno.test("toRaw() cancels the source when the target fails", async () => {
  const target = new WritableStream<Uint8Array>({
    write: () => {
      throw new Error("full");
    },
  });
  let canceled = 0;
  const source = new ReadableStream({
    pull: async (controller) => {
      for await (const chunk of fromArray([1]).open()) controller.enqueue(chunk);
    },
    cancel: () => void canceled++,
  });
  await assertRejects(async () => source.pipeTo(await toRaw(target)), SinkError);
  assertEquals(canceled, 1);
});

Deno.test("toRaw() refuses to close without a chunk", async () => {
  const writer = (await toRaw(new WritableStream())).getWriter();
  writer.closed.catch(() => {});
  assertEquals(errorCode(await assertRejects(() => writer.close(), ShapeError)), "E_EMPTY");
});
