import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { type Chunk, errorCode, ShapeError, SinkError, SourceError } from "@sluice/sluice/core";
import { temperature } from "@sluice/sluice/operators";
import { toNpy } from "@sluice/sluice/sinks";
import { fromArray, fromFile } from "@sluice/sluice/sources";
import { bytesOfArray, CountedStream, npy, npyText, random, withFolder } from "../sources/_bytes.ts";

const SHAPE = { rows: undefined, vocabulary: 3, dtype: "f32" } as const;

/** A chunk of the numbers that would be there. */
function chunk(row: number, start: number, count: number): Chunk {
  return { shape: SHAPE, data: Float32Array.from({ length: count }, (_, i) => row * 3 + start + i), row, start };
}

/** The `.npy` that NumPy would write: its header is 128 bytes long. */
function wanted(
  data: Float32Array | Float64Array | Uint16Array,
  rows: number,
  vocabulary: number,
  descr: string,
): Uint8Array {
  return npy(npyText(descr, [rows, vocabulary]).padEnd(117), data);
}

function upTo(rows: number): Uint8Array {
  return wanted(Float32Array.from({ length: rows * 3 }, (_, i) => i), rows, 3, "<f4");
}

Deno.test("toNpy() writes back what fromFile() read, byte by byte, in each dtype and for any chunk size", async () => {
  const codes = Uint16Array.from({ length: 65536 }, (_, code) => code);
  const next = random(21);
  const files = [
    wanted(Float32Array.from({ length: 6000 }, next), 6, 1000, "<f4"),
    wanted(Float64Array.from({ length: 6000 }, next), 3000, 2, "<f8"),
    wanted(codes, 256, 256, "<f2"),
  ];
  for (const bytes of files) {
    await withFolder(async (path) => {
      await Deno.writeFile(path("in.npy"), bytes);
      for (const size of [1000, 1024, 65536]) {
        const logits = await fromFile(path("in.npy"), { chunk: size });
        await logits.open().pipeTo(await toNpy(path("out.npy")));
        assertEquals(await Deno.readFile(path("out.npy")), bytes);
      }
    });
  }
});

Deno.test("toNpy() writes rows of unknown number, from any first row", async () => {
  await withFolder(async (path) => {
    for (const first of [0, 5]) {
      const chunks = [chunk(first, 0, 2), chunk(first, 2, 5), chunk(first + 2, 1, 2)];
      await ReadableStream.from(chunks).pipeTo(await toNpy(path("a.npy")));
      const { shape } = await fromFile(path("a.npy"));
      assertEquals(shape, { rows: 3, vocabulary: 3, dtype: "f32" });
    }
  });
});

Deno.test("toNpy() writes a part of a larger array out of its memory", async () => {
  await withFolder(async (path) => {
    const data = Float32Array.from({ length: 12 }, (_, i) => i);
    await fromArray(data, { vocabulary: 3 }).open({ rows: [1, 3] }).pipeTo(
      await toNpy(new URL(`file://${path("a.npy")}`)),
    );
    assertEquals(await Deno.readFile(path("a.npy")), wanted(data.subarray(3, 9), 2, 3, "<f4"));
  });
});

Deno.test("toNpy() refuses bf16, saying what widens it", async () => {
  await withFolder(async (path) => {
    const logits = fromArray(new Uint16Array(3), { dtype: "bf16" });
    const error = await assertRejects(
      async () => logits.open().pipeTo(await toNpy(path("a.npy"))),
      ShapeError,
      "temperature(1)",
    );
    assertEquals(error.code, "E_DTYPE");
    await logits.pipe(temperature(1)).open().pipeTo(await toNpy(path("a.npy")));
    assertEquals((await fromFile(path("a.npy"))).shape.dtype, "f32");
  });
});

Deno.test("toNpy() refuses gaps, overlaps, other shapes and parts of rows; the rows before are kept", async () => {
  const other = { ...SHAPE, vocabulary: 4 };
  const wide = { ...SHAPE, dtype: "f64" } as const;
  const gone = chunk(1, 1, 5);
  structuredClone(gone.data, { transfer: [gone.data.buffer as ArrayBuffer] });
  const refused: [Chunk, string][] = [
    [chunk(1, 2, 1), "E_ORDER"],
    [chunk(1, 0, 3), "E_ORDER"],
    [chunk(2, 1, 2), "E_ORDER"],
    [{ ...chunk(1, 1, 2), shape: other }, "E_SHAPE"],
    [{ ...chunk(1, 1, 2), shape: wide }, "E_SHAPE"],
    [{ ...chunk(1, 1, 2), data: new Float64Array(2) }, "E_DTYPE"],
    [gone, "E_DETACHED"],
  ];
  await withFolder(async (path) => {
    for (const [bad, code] of refused) {
      const writing = ReadableStream.from([chunk(0, 0, 4), bad]).pipeTo(await toNpy(path("a.npy")));
      assertEquals(errorCode(await assertRejects(() => writing, Error)), code);
      assertEquals(await Deno.readFile(path("a.npy")), upTo(1));
    }
    const columns = fromArray(new Float32Array(6), { vocabulary: 3 }).open({ columns: [1, 3] });
    assertEquals(
      errorCode(await assertRejects(async () => columns.pipeTo(await toNpy(path("a.npy"))), Error)),
      "E_ORDER",
    );
  });
});

Deno.test("toNpy() keeps the rows that are complete when the source fails, ends inside a row, or the writer is aborted", async () => {
  await withFolder(async (path) => {
    for (let count = 1; count <= 9; count++) {
      const failure = new Error("middle");
      const { stream } = new CountedStream([chunk(0, 0, count)], failure);
      const failed = stream.pipeTo(await toNpy(path("a.npy")));
      assertStrictEquals(await assertRejects(() => failed, Error), failure);
      assertEquals(await Deno.readFile(path("a.npy")), upTo(Math.floor(count / 3)));

      const writer = (await toNpy(path("a.npy"))).getWriter();
      await writer.write(chunk(0, 0, count));
      await writer.abort("enough");
      await writer.closed.catch(() => {});
      assertEquals(await Deno.readFile(path("a.npy")), upTo(Math.floor(count / 3)));

      if (count % 3 === 0) continue;
      const short = ReadableStream.from([chunk(0, 0, count)]).pipeTo(await toNpy(path("a.npy")));
      assertEquals((await assertRejects(() => short, SourceError)).code, "E_SOURCE_SHORT");
      assertEquals(await Deno.readFile(path("a.npy")), upTo(Math.floor(count / 3)));
    }
  });
});

Deno.test("toNpy() refuses to close without a chunk", async () => {
  await withFolder(async (path) => {
    const writing = new ReadableStream({ start: (controller) => controller.close() }).pipeTo(
      await toNpy(path("a.npy")),
    );
    assertEquals(errorCode(await assertRejects(() => writing, ShapeError)), "E_EMPTY");
  });
});

Deno.test("toNpy() says plainly why a file cannot be written", async () => {
  await withFolder(async (path) => {
    const missing = await assertRejects(() => toNpy(path("no/a.npy")), SinkError, "no such folder");
    assertEquals(missing.code, "E_SINK_WRITE");
    assert(missing.cause instanceof Deno.errors.NotFound);
    await Deno.mkdir(path("folder"));
    await assertRejects(() => toNpy(path("folder")), SinkError, "it is a directory");
  });
});

Deno.test({
  name: "toNpy() says so when it may not write",
  permissions: { write: false },
  fn: async () => {
    await assertRejects(() => toNpy("a.npy"), SinkError, "no permission to write");
  },
});

Deno.test("toNpy() that fails at any step fails once, with the cause, and closes the file once", async () => {
  await withFolder(async (path) => {
    let failed = true;
    let step = 0;
    for (; failed; step++) {
      const cause = new Error(`step ${step}`);
      const { closed, error } = await writeWithFault(path("a.npy"), step, cause);
      failed = error !== undefined;
      assertEquals(closed, 1);
      if (!failed) continue;
      assert(error instanceof SinkError, String(error));
      assertStrictEquals(error.cause, cause);
    }
    assert(step > 5);
    assertEquals(await Deno.readFile(path("a.npy")), upTo(2));
  });
});

/** Writes two rows to a file whose call number `fail` fails and that takes 100 bytes a write at most. */
async function writeWithFault(path: string, fail: number, cause: Error): Promise<{ closed: number; error: unknown }> {
  const { open } = Deno;
  let calls = 0;
  let closed = 0;
  function step(): void {
    assertEquals(closed, 0, "used after its close");
    if (calls++ === fail) throw cause;
  }
  Deno.open = async (path, options) => {
    const file = await open(path, options);
    return {
      stat: () => file.stat(),
      write: async (bytes: Uint8Array) => {
        step();
        return await file.write(bytes.subarray(0, 100));
      },
      seek: async (offset: number, whence: Deno.SeekMode) => {
        step();
        return await file.seek(offset, whence);
      },
      truncate: async (size: number) => {
        step();
        await file.truncate(size);
      },
      syncData: async () => {
        step();
        await file.syncData();
      },
      close: () => {
        closed++;
        file.close();
      },
    } as Deno.FsFile;
  };
  try {
    const writing = async () => await ReadableStream.from([chunk(0, 0, 2), chunk(0, 2, 4)]).pipeTo(await toNpy(path));
    const error = await writing().then(() => undefined, (error) => error);
    return { closed, error };
  } finally {
    Deno.open = open;
  }
}

Deno.test("toNpy() pads to the bytes that NumPy pads to", () => {
  assertEquals(bytesOfArray(upTo(1)).length, 128 + 12);
});
