// A .npy keeps the axes of the array that its rows were taken from.
import { assertEquals, assertRejects } from "@std/assert";
import { ParameterError, ShapeError } from "@sluice/sluice/core";
import { npyHeader } from "../../src/formats/inside.ts";
import { normalize, tap } from "@sluice/sluice/flow";
import { temperature } from "@sluice/sluice/operators";
import { toNpy } from "@sluice/sluice/sinks";
import { fromArray, fromFile, fromStream } from "@sluice/sluice/sources";
import { npy, npyText, withFolder } from "../sources/_bytes.ts";

const VALUES = Float32Array.from({ length: 24 }, (_, i) => i);
const FILE = npy(npyText("<f4", [2, 3, 4]).padEnd(117), VALUES);

Deno.test("sources know the axes of their array, and what is made of them too", () =>
  withFolder(async (path) => {
    await Deno.writeFile(path("a.npy"), FILE);
    const file = await fromFile(path("a.npy"));
    const stream = await fromStream(ReadableStream.from([FILE]));
    for (const logits of [file, stream]) {
      assertEquals([logits.axes, logits.shape.rows, logits.shape.vocabulary], [[2, 3, 4], 6, 4]);
      for (const made of [logits.pipe(temperature(2)), normalize(logits), tap(logits, {}, () => {})]) {
        assertEquals(made.axes, [2, 3, 4]);
      }
    }
    await Deno.writeFile(path("row.npy"), npy(npyText("<f4", [24]).padEnd(117), VALUES));
    assertEquals((await fromFile(path("row.npy"))).axes, [24]);
    await Deno.writeFile(path("rows.npy"), npy(npyText("<f4", [6, 4]).padEnd(117), VALUES));
    assertEquals((await fromFile(path("rows.npy"))).axes, undefined);
    assertEquals(fromArray(VALUES, { vocabulary: 4 }).axes, undefined);
  }));

Deno.test("a tensor of a safetensors file knows its axes", () =>
  withFolder(async (path) => {
    const text = JSON.stringify({ logits: { dtype: "F32", shape: [2, 3, 4], data_offsets: [0, 96] } });
    const header = new Uint8Array(8 + text.length);
    new DataView(header.buffer).setBigUint64(0, BigInt(text.length), true);
    new TextEncoder().encodeInto(text, header.subarray(8));
    await Deno.writeFile(path("a.safetensors"), header);
    await Deno.writeFile(path("a.safetensors"), new Uint8Array(VALUES.buffer), { append: true });
    assertEquals((await fromFile(path("a.safetensors"))).axes, [2, 3, 4]);
  }));

Deno.test("toNpy() writes the axes if all of their rows came, else rows", () =>
  withFolder(async (path) => {
    await Deno.writeFile(path("a.npy"), FILE);
    const logits = await fromFile(path("a.npy"), { chunk: 5 });
    const { axes } = logits;
    await logits.open().pipeTo(await toNpy(path("b.npy"), { axes }));
    assertEquals(await Deno.readFile(path("b.npy")), FILE);
    await logits.open({ rows: [1, 5] }).pipeTo(await toNpy(path("b.npy"), { axes }));
    const part = await fromFile(path("b.npy"));
    assertEquals([part.axes, part.shape.rows], [undefined, 4]);
    const writer = (await toNpy(path("b.npy"), { axes })).getWriter();
    for await (const chunk of logits.open({ rows: [0, 2] })) await writer.write(chunk);
    await writer.abort("enough").catch(() => {});
    assertEquals((await fromFile(path("b.npy"))).shape.rows, 2);
  }));

Deno.test("toNpy() refuses axes of another vocabulary, and sizes that are none", () =>
  withFolder(async (path) => {
    const logits = fromArray(VALUES, { vocabulary: 4 });
    await assertRejects(
      async () => logits.open().pipeTo(await toNpy(path("a.npy"), { axes: [2, 4, 3] })),
      ShapeError,
      "Cannot write rows of 4 as axes (2,4,3): wanted the last axis to be 4",
    );
    for (const axes of [[0, 4], [1.5, 4], [-6, 4]]) {
      await assertRejects(() => toNpy(path("a.npy"), { axes }), ParameterError, "wanted a whole number of at least 1");
    }
  }));

Deno.test("a header with many axes is as long as it must be, whatever the rows, and at a multiple of 64", () => {
  const shape = { rows: undefined, vocabulary: 7, dtype: "f32" } as const;
  for (const count of [2, 10, 30, 64]) {
    const axes = [...Array(count - 2).fill(1), 12345678, 7];
    const lengths = [0, 5, 12345678].map((rows) => npyHeader(shape, rows, axes).length);
    assertEquals(lengths, Array(3).fill(lengths[0]));
    assertEquals(lengths[0] % 64, 0);
    const text = new TextDecoder("latin1").decode(npyHeader(shape, 12345678, axes));
    assertEquals(text.includes(`'shape': (${axes.join(", ")}), }`), true);
    assertEquals(text.at(-1), "\n");
  }
  assertEquals(npyHeader(shape, 12, Array(64).fill(1).concat([12, 7])), npyHeader(shape, 12));
});
