/** What every operator promises. */
import { assert, assertEquals, assertNotEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { type Chunk, type Operator, specText } from "@sluice/sluice/core";
import { loadKernels } from "@sluice/sluice/kernels";
import { logitBias, mask, rechunk, softcap, temperature } from "@sluice/sluice/operators";
import { fromArray } from "@sluice/sluice/sources";
import { CountedStream, random } from "../sources/_bytes.ts";
import { applied, SPECIALS, streamed } from "./_apply.ts";

const BITS = Uint32Array.from({ length: 80 }, (_, i) => Math.imul(i + 1, 0x9e3779b9));

/** Two of each kind, with a way to make it from the parameters in its spec. */
// deno-lint-ignore no-explicit-any
const OPERATORS: [string, [Operator, Operator], (params: any) => Operator][] = [
  ["temperature", [temperature(0.7), temperature(3)], (params) => temperature(params.temperature)],
  ["softcap", [softcap(30), softcap(5)], (params) => softcap(params.cap)],
  ["logitBias", [logitBias({ 5: 1, 1030: -Infinity }), logitBias({ 5: 2 })], (params) => logitBias(params.bias)],
  ["mask allow", [mask({ allow: [3, 1025, 7] }), mask({ allow: [] })], mask],
  ["mask deny", [mask({ deny: [3, 1025, 7] }), mask({ deny: [] })], mask],
  ["mask bits", [mask({ bits: BITS }), mask({ bits: new Uint8Array(1) })], mask],
  ["rechunk", [rechunk(100), rechunk(7)], (params) => rechunk(params.size)],
];

function row(): Float32Array {
  const next = random(11);
  const values = Float32Array.from({ length: 2600 }, () => next() * 100 - 50);
  values.set(SPECIALS, 1015);
  return values;
}

for (const [name, [operator, other], rebuild] of OPERATORS) {
  Deno.test(`${name}: any cut of the row gives the same bits, by apply and by stream`, async () => {
    for (const logits of [row(), new Float64Array(row())]) {
      const wanted = [...applied(operator, logits)];
      for (const chunk of [1, 7, 1000, 1024, 65536]) assertEquals(await streamed(operator, logits, chunk), wanted);
    }
  });

  Deno.test(`${name}: the same bits in an arena as out of it`, () => {
    for (const backend of [undefined, "reference"] as const) {
      const { memory, arena } = loadKernels(backend);
      const inside = new Float32Array(memory, arena.lend(({ stage }) => stage), 1024);
      inside.set(row().subarray(0, 1024));
      operator.apply({ values: inside, row: 0, start: 0 });
      const outside = applied(operator, row().subarray(0, 1024));
      if (name !== "softcap" || backend === undefined) assertEquals([...inside], [...outside]);
    }
  });

  Deno.test(`${name}: its spec is JSON, tells it from others, and makes it again`, () => {
    const spec = JSON.parse(JSON.stringify(operator.spec));
    assertEquals(spec.name, name.split(" ")[0]);
    assertEquals(spec.inputs, []);
    const again = rebuild(spec.params);
    assertEquals(specText(again.spec), specText(operator.spec));
    assertNotEquals(specText(other.spec), specText(operator.spec));
    assertEquals(applied(again, row()), applied(operator, row()));
  });

  Deno.test(`${name}: leaves the source's memory alone`, async () => {
    const logits = row();
    await streamed(operator, logits, 1000);
    assertEquals(logits, row());
  });

  Deno.test(`${name}: its stream keeps shape, order and end, and passes errors and cancel on`, async () => {
    const shape = { rows: 1, vocabulary: 2600, dtype: "f32" } as const;
    const chunk = (start: number, count: number): Chunk => ({
      shape,
      data: row().subarray(start, start + count),
      row: 0,
      start,
    });
    const found = await Array.fromAsync(
      ReadableStream.from([chunk(0, 1300), chunk(1300, 1300)]).pipeThrough(operator.stream()),
    );
    let id = 0;
    for (const { start, data, shape: { vocabulary, dtype } } of found) {
      assertEquals([start, vocabulary, dtype], [id, 2600, "f32"]);
      id += data.length;
    }
    assertEquals(id, 2600);
    const failure = new Error("middle");
    const failing = new CountedStream([chunk(0, 1300)], failure);
    assertStrictEquals(
      await assertRejects(() => Array.fromAsync(failing.stream.pipeThrough(operator.stream())), Error),
      failure,
    );
    const counted = new CountedStream([chunk(0, 1300), chunk(1300, 1300)]);
    const reader = counted.stream.pipeThrough(operator.stream()).getReader();
    await reader.read();
    await reader.cancel("enough");
    assertEquals(counted.cancels, ["enough"]);
  });

  Deno.test(`${name}: each stage reads ahead one chunk at most`, async () => {
    const shape = { rows: undefined, vocabulary: 3000, dtype: "f32" } as const;
    const chunks = Array.from({ length: 20 }, (_, i) => ({ shape, data: new Float32Array(3000), row: i, start: 0 }));
    const counted = new CountedStream<Chunk>(chunks);
    const reader = counted.stream.pipeThrough(operator.stream()).pipeThrough(operator.stream()).getReader();
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert(counted.pulls <= 2, `${counted.pulls} chunks were read before any was wanted`);
    let row = -1;
    while (row < 9) row = (await reader.read()).value!.row;
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert(counted.pulls <= 13, `${counted.pulls} chunks were read, the tenth was wanted`);
    await reader.cancel();
  });
}

Deno.test("operators apply in the order in which they are piped", async () => {
  const logits = fromArray(Float32Array.of(4)).pipe(temperature(2), logitBias({ 0: 1 })).pipe(temperature(0.5));
  const [{ data }] = await Array.fromAsync(logits.open());
  assertEquals([...data], [6]);
});

Deno.test("operators keep their place around a rechunk", async () => {
  const logits = fromArray(new Float32Array(10).fill(4)).pipe(temperature(2), rechunk(3), logitBias({ 9: 1 }));
  const chunks = await Array.fromAsync(logits.open());
  assertEquals(chunks.map(({ data }) => [...data]), [[2, 2, 2], [2, 2, 2], [2, 2, 2], [3]]);
});

Deno.test("operators see the absolute id under a column range", async () => {
  const logits = fromArray(new Float32Array(20), { vocabulary: 10 }).pipe(logitBias({ 5: 1 }), mask({ deny: [7] }));
  const chunks = await Array.fromAsync(logits.open({ columns: [4, 9] }));
  assertEquals(chunks.flatMap(({ data }) => [...data]), [0, 1, 0, -Infinity, 0, 0, 1, 0, -Infinity, 0]);
});
