/** Chunks that are given back: the same numbers, in less memory, and nothing is lost to who does not give them back. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type Chunk, type Logits, ParameterError } from "../../src/core/mod.ts";
import { map, normalize } from "../../src/flow/mod.ts";
import { temperature } from "../../src/operators/mod.ts";
import { toNpy, toRaw } from "../../src/sinks/mod.ts";
import { fromArray, fromFile } from "../../src/sources/mod.ts";
import { takenStores } from "../support/taken_stores.ts";
import { Random } from "../support/random.ts";

const ROWS = 12, VOCABULARY = 5000;

function someLogits(dtype: "f32" | "f64" = "f32", chunk = 3001): Logits {
  const random = new Random(5), values = new (dtype === "f64" ? Float64Array : Float32Array)(ROWS * VOCABULARY);
  return fromArray(values.map(() => 20 * random.uniform()), { vocabulary: VOCABULARY, chunk });
}

const gap = {
  spec: { name: "test:gap", params: {}, inputs: [] },
  needs: "maximum",
  emit: (
    { values }: { values: Float32Array | Float64Array },
    out: Float32Array | Float64Array,
    { maximum }: { maximum: number },
  ) => values.forEach((x, i) => out[i] = maximum - x),
} as const;

/** Ways to logits that are made row by row: whole rows in a chunk, rows from the row store, rows read again. */
const MADE: Readonly<Record<string, Logits>> = {
  "whole rows of a chunk": normalize(someLogits("f32", 4 * VOCABULARY)),
  "rows from the row store": normalize(someLogits()),
  "logits from the row store": map(someLogits(), gap),
  "f64": normalize(someLogits("f64")),
  "with an operator": normalize(someLogits()).pipe(temperature(0.5)),
};

async function numbersOf(chunks: AsyncIterable<Chunk>, done: (chunk: Chunk) => void = () => {}): Promise<number[]> {
  const numbers: number[] = [];
  for await (const chunk of chunks) {
    numbers.push(...chunk.data);
    done(chunk);
  }
  return numbers;
}

for (const [name, logits] of Object.entries(MADE)) {
  Deno.test(`${name}: the same numbers, given back or not`, async () => {
    const wanted = await numbersOf(logits.open());
    assertEquals(await numbersOf(logits.open({ reuse: true }), (chunk) => chunk.release?.()), wanted);
    const kept = await Array.fromAsync(logits.open({ reuse: true }));
    assertEquals(kept.flatMap(({ data }) => [...data]), wanted);
    const [left, right] = logits.open().tee();
    assertEquals(await Promise.all([left, right].map((chunks) => numbersOf(chunks, (chunk) => chunk.release?.()))), [
      wanted,
      wanted,
    ]);
  });
}

Deno.test("rows that are read again: the same numbers, given back or not", async () => {
  using _ = takenStores();
  const logits = normalize(someLogits()), wanted = await numbersOf(logits.open());
  assertEquals(await numbersOf(logits.open({ reuse: true }), (chunk) => chunk.release?.()), wanted);
});

Deno.test("only who asks for it gets chunks that can be given back, and they need the memory of a few", async () => {
  const logits = normalize(someLogits());
  for await (const chunk of logits.open()) assertEquals("release" in chunk, false);
  const buffers = new Set<ArrayBufferLike>();
  let count = 0;
  for await (const chunk of logits.open({ reuse: true })) {
    buffers.add(chunk.data.buffer);
    count++;
    chunk.release!();
  }
  assert(count > ROWS && buffers.size <= 4, `${buffers.size} pieces of memory for ${count} chunks`);
});

Deno.test("a chunk that is given back twice is given back once", async () => {
  const reader = normalize(someLogits()).open({ reuse: true }).getReader();
  const first = (await reader.read()).value!;
  first.release!();
  first.release!();
  const second = (await reader.read()).value!, third = (await reader.read()).value!;
  assert(second.data.buffer !== third.data.buffer);
  await reader.cancel();
});

Deno.test("a chunk can be posted: a copy arrives that cannot be given back; what was transferred is not used again", async () => {
  const wanted = await numbersOf(normalize(someLogits()).open());
  const found: number[] = [];
  for await (const chunk of normalize(someLogits()).open({ reuse: true })) {
    const { row, start, data } = structuredClone(chunk);
    assertEquals({ row, start, data }, { row: chunk.row, start: chunk.start, data: chunk.data });
    const posted = structuredClone<Chunk>(chunk, { transfer: [chunk.data.buffer as ArrayBuffer] });
    assertEquals("release" in posted, false);
    found.push(...posted.data);
    chunk.release!();
  }
  assertEquals(found, wanted);
});

Deno.test("a file takes bytes and gives chunks back; a stream keeps what it was given", async () => {
  const logits = normalize(someLogits()), wanted = await numbersOf(logits.open());
  const path = await Deno.makeTempFile({ suffix: ".npy" });
  await logits.open({ reuse: true }).pipeTo(await toNpy(path));
  assertEquals(await numbersOf((await fromFile(path)).open()), wanted);
  await Deno.remove(path);
  const bytes: Uint8Array<ArrayBuffer>[] = [];
  const stream = new WritableStream<Uint8Array>({
    write: (piece) => void bytes.push(piece as Uint8Array<ArrayBuffer>),
  });
  await logits.open({ reuse: true }).pipeTo(await toRaw(stream));
  assertEquals([...new Float32Array(await new Blob(bytes).arrayBuffer())], wanted);
});

Deno.test("reuse is true or false", async () => {
  const no = { reuse: "yes" as unknown as boolean };
  assertThrows(() => someLogits().open(no), ParameterError, "reuse = yes: wanted true or false");
  assertThrows(() => normalize(someLogits()).open(no), ParameterError, "reuse");
  await assertRejects(
    async () => await numbersOf(normalize(someLogits()).pipe(temperature(2)).open(no)),
    ParameterError,
  );
});
