import { assert, assertEquals, assertNotEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { errorCode, ParameterError, ShapeError, SourceError, widen } from "@sluice/sluice/core";
import { fromFile } from "@sluice/sluice/sources";
import { temperature } from "@sluice/sluice/operators";
import { bytesOfArray, concat, drain, logitsOf, npy, npyText, pieces, rangeOf, ranges, withFolder } from "./_bytes.ts";

const SIX = Float32Array.of(1, 2, 3, 4, 5, 6);

/** What `fromFile` makes of these bytes. */
async function refuses(name: string, bytes: Uint8Array, code: string, includes: string, options = {}): Promise<void> {
  await withFolder(async (path) => {
    await Deno.writeFile(path(name), bytes);
    const error = await assertRejects(() => fromFile(path(name), options), Error, includes);
    assertEquals(errorCode(error), code);
    assertStringIncludes(error.message, name);
  });
}

Deno.test("fromFile() reads .npy versions 1 to 3 in each dtype", async () => {
  const arrays = { f2: new Float16Array(SIX), f4: SIX, f8: new Float64Array(SIX) };
  for (const major of [1, 2, 3]) {
    for (const [type, data] of Object.entries(arrays)) {
      await withFolder(async (path) => {
        await Deno.writeFile(path("a.npy"), npy(npyText("<" + type, [2, 3]), data, major));
        const logits = await fromFile(path("a.npy"));
        assertEquals(logits.replay, "reopen");
        assertEquals(logits.shape, {
          rows: 2,
          vocabulary: 3,
          dtype: ({ f2: "f16", f4: "f32", f8: "f64" } as const)[type]!,
        });
        assertEquals(await drain(logits.source!.read!()), bytesOfArray(data));
        const [chunk] = await Array.fromAsync(logits.open());
        assertEquals([...widen(chunk)], [...SIX]);
      });
    }
  }
});

Deno.test("fromFile() reads any Python spelling of a .npy header", async () => {
  const headers = [
    "{'shape': (2, 3), 'fortran_order': False, 'descr': '<f4'}",
    '{"descr": "<f4", "fortran_order": False, "shape": (2, 3,),}          ',
    "{ 'descr' : '<f4' ,\n 'fortran_order' : False, 'shape':(2L, 3L) }",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'more': [None, {'a': True}]}",
  ];
  for (const header of headers) {
    await withFolder(async (path) => {
      await Deno.writeFile(path("a.npy"), npy(header, SIX));
      assertEquals((await fromFile(path("a.npy"))).shape, { rows: 2, vocabulary: 3, dtype: "f32" });
    });
  }
});

Deno.test("fromFile() takes one axis as one row and flattens all but the last of many", async () => {
  for (const [axes, rows, vocabulary] of [[[6], 1, 6], [[2, 1, 3], 2, 3], [[1, 3, 1, 2], 3, 2]] as const) {
    await withFolder(async (path) => {
      await Deno.writeFile(path("a.npy"), npy(npyText("<f4", axes), SIX));
      assertEquals((await fromFile(path("a.npy"))).shape, { rows, vocabulary, dtype: "f32" });
    });
  }
});

Deno.test("fromFile() refuses .npy files that it would read wrongly", async () => {
  const refused: [string, string, string][] = [
    [npyText("<f4", [2, 3], true), "E_FORMAT", "Fortran"],
    [npyText(">f4", [2, 3]), "E_DTYPE", "big endian"],
    [npyText("<i4", [2, 3]), "E_DTYPE", "<i4"],
    [npyText("|V2", [2, 3]), "E_DTYPE", "|V2"],
    [npyText("toString", [2, 3]), "E_DTYPE", "toString"],
    ["{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (6,), }", "E_DTYPE", "fields"],
    [npyText("<f4", [0, 3]), "E_EMPTY", "0 rows"],
    [npyText("<f4", [2, 0]), "E_EMPTY", "vocabulary is 0"],
    [npyText("<f4", [0]), "E_EMPTY", "vocabulary is 0"],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (), }", "E_SHAPE", "single number"],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (-2, 3), }", "E_FORMAT", "literal"],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (2.0, 3), }", "E_FORMAT", "literal"],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': 6, }", "E_FORMAT", "'shape'"],
    ["{'descr': '<f4', 'fortran_order': 0, 'shape': (6,), }", "E_FORMAT", "'fortran_order'"],
    ["{'fortran_order': False, 'shape': (6,), }", "E_FORMAT", "'descr'"],
    ["{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (6,), }", "E_FORMAT", "twice"],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (6,) ", "E_FORMAT", "missing"],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (6,), } 7", "E_FORMAT", "goes on"],
    ["{'descr' '<f4'}", "E_FORMAT", "missing"],
    ["{'shape': " + "(".repeat(100) + ")".repeat(100) + "}", "E_FORMAT", "deeply"],
    ["{7: 8}", "E_FORMAT", "key"],
    ["(1, 2)", "E_FORMAT", "dict"],
    ["", "E_FORMAT", "literal"],
    ["__import__('os')", "E_FORMAT", "literal"],
    [npyText("<f4", [9007199254740991, 9007199254740991]), "E_FORMAT", "no file can"],
    [npyText("<f4", [99999999999999999999]), "E_FORMAT", "no file can"],
  ];
  for (const [header, code, includes] of refused) await refuses("a.npy", npy(header, SIX), code, includes);
});

Deno.test("fromFile() refuses a .npy whose header lies about its size, naming the bytes", async () => {
  const header = npyText("<f4", [2, 3]);
  const end = npy(header, SIX).length;
  await refuses("a.npy", npy(header, SIX).subarray(0, end - 1), "E_SOURCE_SHORT", `ends at byte ${end - 1}`);
  await refuses("a.npy", npy(header, SIX).subarray(0, end - 24), "E_SOURCE_SHORT", `${end} bytes in all`);
  await refuses("a.npy", concat(npy(header, SIX), Uint8Array.of(0)), "E_SOURCE_LONG", `has ${end + 1} bytes`);
});

Deno.test("fromFile() refuses a .npy that is cut anywhere in its header, and one that is none", async () => {
  const bytes = npy(npyText("<f4", [2, 3]), SIX);
  const header = bytes.length - SIX.byteLength;
  for (let size = 0; size < header; size++) {
    await refuses("a.npy", bytes.subarray(0, size), size < 6 ? "E_FORMAT" : "E_SOURCE_SHORT", "Cannot read");
  }
  await refuses("a.npy", new TextEncoder().encode("id,logit\n1,2\n3,4\n"), "E_FORMAT", "no .npy");
  for (const version of [[0, 0], [4, 0], [1, 1]]) {
    const other = bytes.slice();
    other.set(version, 6);
    await refuses("a.npy", other, "E_FORMAT", `version is ${version.join(".")}`);
  }
  const long = npy(npyText("<f4", [2, 3]), SIX, 2);
  new DataView(long.buffer).setUint32(8, 0xffffffff, true);
  await refuses("a.npy", long, "E_FORMAT", "4294967295 bytes long");
  const latin = npy(npyText("<f4", [2, 3]), SIX);
  latin[12] = 0xff;
  await refuses("a.npy", latin, "E_FORMAT", "damaged");
});

Deno.test("fromFile() reads raw files in each dtype; the dtype option rules over the name", async () => {
  await withFolder(async (path) => {
    const words = Uint16Array.of(0x3f80, 0x4000, 0x4040, 0x4080);
    for (const name of ["a.f16", "a.bf16", "a.F32", "a.f64", "a.bin", "a"]) {
      await Deno.writeFile(path(name), bytesOfArray(words));
    }
    for (
      const [name, dtype, vocabulary, rows] of [["a.f16", "f16", 2, 2], ["a.bf16", "bf16", 4, 1], [
        "a.F32",
        "f32",
        1,
        2,
      ], ["a.f64", "f64", 1, 1]] as const
    ) {
      assertEquals((await fromFile(path(name), { vocabulary })).shape, { rows, vocabulary, dtype });
    }
    for (const name of ["a.f16", "a.f64", "a.bin", "a"]) {
      const logits = await fromFile(path(name), { vocabulary: 2, dtype: "bf16" });
      const chunks = await Array.fromAsync(logits.open());
      assertEquals(chunks.flatMap((chunk) => [...widen(chunk)]), [1, 2, 3, 4]);
    }
  });
});

Deno.test("fromFile() refuses a raw file that ends inside a row, saying where, or is empty", async () => {
  await refuses("a.f32", new Uint8Array(26), "E_SOURCE_SHORT", "row 2, id 0, byte 26", { vocabulary: 3 });
  await refuses("a.f32", new Uint8Array(20), "E_SOURCE_SHORT", "row 1, id 2, byte 20", { vocabulary: 3 });
  await refuses("a.f32", new Uint8Array(0), "E_EMPTY", "0 rows", { vocabulary: 3 });
});

Deno.test("fromFile() honours every range, as chunks and as bytes, in each dtype", async () => {
  const values = Array.from({ length: 20 }, (_, i) => i + 1);
  const arrays = { f32: Float32Array.from(values), f64: Float64Array.from(values), bf16: Uint16Array.from(values) };
  for (const [dtype, data] of Object.entries(arrays)) {
    await withFolder(async (path) => {
      await Deno.writeFile(path(`a.${dtype}`), bytesOfArray(data));
      for (const chunk of [1, 3, 65536]) {
        const logits = await fromFile(path(`a.${dtype}`), { vocabulary: 5, chunk });
        for (const range of ranges(4, 5)) {
          const wanted = rangeOf(data, 5, range);
          const found = await pieces(logits.open(range));
          assertEquals(found.flatMap((piece) => piece.data), wanted);
          for (const { row, start, data: [first], data: { length } } of found) {
            assertEquals(first, 1 + row * 5 + start);
            assert(length <= chunk);
          }
          const Words = data.constructor as Float32ArrayConstructor;
          assertEquals([...new Words((await drain(logits.source!.read!(range), 16)).buffer)], wanted);
        }
      }
    });
  }
});

Deno.test("fromFile() gives each chunk memory of its own, and one shape", async () => {
  await withFolder(async (path) => {
    await Deno.writeFile(path("a.f32"), bytesOfArray(SIX));
    const logits = await fromFile(path("a.f32"), { vocabulary: 3, chunk: 2 });
    const chunks = await Array.fromAsync(logits.open());
    assertEquals(new Set(chunks.map(({ data }) => data.buffer)).size, 3);
    assertEquals(chunks.map(({ row, start }) => [row, start]), [[0, 0], [0, 2], [1, 1]]);
    assert(chunks.every(({ shape }) => shape === logits.shape));
  });
});

Deno.test("fromFile() carries all 65,536 codes of f16 and bf16 to f32 exactly", async () => {
  const codes = Uint16Array.from({ length: 65536 }, (_, code) => code);
  const exact = {
    f16: Float32Array.from(new Float16Array(codes.buffer)),
    bf16: new Float32Array(Uint32Array.from(codes, (code) => code << 16).buffer),
  };
  for (const dtype of ["f16", "bf16"] as const) {
    await withFolder(async (path) => {
      await Deno.writeFile(path(`a.${dtype}`), bytesOfArray(codes));
      const logits = (await fromFile(path(`a.${dtype}`), { vocabulary: 256, chunk: 1000 })).pipe(temperature(1));
      assertEquals(await logitsOf(logits.open()), [...exact[dtype]]);
    });
  }
});

Deno.test("fromFile() reports a file that shrinks after it was looked at, with row, id and byte", async () => {
  await withFolder(async (path) => {
    await Deno.writeFile(path("a.npy"), npy(npyText("<f4", [2, 3]), SIX));
    const logits = await fromFile(path("a.npy"));
    const origin = (await Deno.stat(path("a.npy"))).size - 24;
    await Deno.truncate(path("a.npy"), origin + 18);
    const place = `row 1, id 1, byte ${origin + 18}`;
    const short = await assertRejects(() => pieces(logits.open()), SourceError, place);
    assertEquals(short.code, "E_SOURCE_SHORT");
    assertStringIncludes(short.message, "a.npy");
    await assertRejects(() => drain(logits.source!.read!()), SourceError, place);
    await assertRejects(() => pieces(logits.open({ columns: [2, 3] })), SourceError, "row 1, id 2");
    assertEquals(await logitsOf(logits.open({ rows: [0, 1] })), [1, 2, 3]);
  });
});

Deno.test("fromFile() reports a file that is gone when it is opened", async () => {
  await withFolder(async (path) => {
    await Deno.writeFile(path("a.npy"), npy(npyText("<f4", [2, 3]), SIX));
    const logits = await fromFile(path("a.npy"));
    await Deno.remove(path("a.npy"));
    const gone = await assertRejects(() => pieces(logits.open()), SourceError, "there is no such file");
    assertEquals(gone.code, "E_SOURCE_READ");
    await assertRejects(() => logits.source!.identity!(), SourceError, "there is no such file");
  });
});

Deno.test("fromFile() identity changes with the content's size or time, and not otherwise", async () => {
  await withFolder(async (path) => {
    await Deno.writeFile(path("a.f32"), bytesOfArray(SIX));
    const { source } = await fromFile(path("a.f32"), { vocabulary: 3 });
    const before = await source!.identity!();
    assertEquals(await source!.identity!(), before);
    await Deno.utime(path("a.f32"), 1, 1);
    const touched = await source!.identity!();
    assertNotEquals(touched, before);
    await Deno.truncate(path("a.f32"), 12);
    assertNotEquals(await source!.identity!(), touched);
  });
});

Deno.test("fromFile() says plainly why a file cannot be read", async () => {
  await withFolder(async (path) => {
    const missing = await assertRejects(() => fromFile(path("no.npy")), SourceError, "there is no such file");
    assertEquals(missing.code, "E_SOURCE_READ");
    assert(missing.cause instanceof Deno.errors.NotFound);
    await Deno.mkdir(path("folder.npy"));
    await assertRejects(() => fromFile(path("folder.npy")), SourceError, "it is a directory");
    if (Deno.build.os !== "windows") {
      await assertRejects(() => fromFile("/dev/null", { vocabulary: 1, dtype: "f32" }), SourceError, "regular file");
    }
  });
});

Deno.test({
  name: "fromFile() says so when it may not read",
  permissions: { read: false },
  fn: async () => {
    const error = await assertRejects(() => fromFile("a.npy"), SourceError, "no permission to read");
    assertEquals(error.code, "E_SOURCE_READ");
  },
});

Deno.test("fromFile() refuses options that do not fit, before it reads", async () => {
  const refused: [string | URL, Record<string, unknown>, string][] = [
    ["a.f32", {}, "vocabulary"],
    ["a.f32", { vocabulary: 0 }, "vocabulary"],
    ["a.f32", { vocabulary: 1, chunk: 0 }, "chunk"],
    ["a.f32", { vocabulary: 1, dtype: "i8" }, "i8"],
    ["a.f32", { vocabulary: 1, tensor: "x" }, "tensor"],
    ["a.npy", { tensor: "x" }, "tensor"],
    ["a.txt", { vocabulary: 1 }, "how"],
    [new URL("https://example.org/a.npy"), {}, "file: URL"],
  ];
  for (const [path, options, includes] of refused) {
    await assertRejects(() => fromFile(path, options), ParameterError, includes);
  }
});

Deno.test("fromFile() refuses a header that says something else than the caller", async () => {
  await withFolder(async (path) => {
    await Deno.writeFile(path("a.npy"), npy(npyText("<f4", [2, 3]), SIX));
    await assertRejects(() => fromFile(path("a.npy"), { vocabulary: 6 }), ShapeError, "its header says 3");
    await assertRejects(() => fromFile(path("a.npy"), { dtype: "f16" }), ShapeError, "its header says f32");
    assertEquals((await fromFile(path("a.npy"), { vocabulary: 3, dtype: "f32" })).shape.rows, 2);
  });
});

Deno.test("fromFile() takes a file URL, and writes down in its spec what it takes to do it again", async () => {
  await withFolder(async (path) => {
    await Deno.writeFile(path("a b.f32"), bytesOfArray(SIX));
    const url = new URL(`file://${path("a%20b.f32")}`);
    const logits = await fromFile(url, { vocabulary: 3, chunk: 2 });
    assertEquals(await logitsOf(logits.open()), [...SIX]);
    assertEquals(logits.spec, { name: "fromFile", params: { path: url.href, vocabulary: 3 }, inputs: [] });
  });
});
