// Several streams in one flow: any chunking of each by itself, by any door and dtype, with operators, in one read and in two, gives the bits of the
// rows in memory; and so do states, columns of `collect`, and rows cut anywhere.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { availableBackends } from "../../kernels/mod.ts";
import { type Chunk, type Dtype, type Logits, logitsFrom, type Reducers } from "../../src/core/mod.ts";
import {
  collect,
  entropyMonitor,
  explain,
  fileSpill,
  reduce,
  type ReduceOptions,
  reduceStates,
  tap,
  zip,
} from "../../src/flow/mod.ts";
import { logitBias, mask, softcap, temperature } from "../../src/operators/mod.ts";
import { klDivergence, label, on, totalVariation } from "../../src/reducers/mod.ts";
import { finishState, reduceRow, type RowState, saveState } from "../../src/row/mod.ts";
import { entropy } from "../../src/reducers/mod.ts";
import { keepTopP, sampler } from "../../src/sampling/mod.ts";
import { fromArray } from "../../src/sources/mod.ts";
import { alignedRows, KINDS } from "../support/aligned_rows.ts";
import { everyAligned, STREAMS } from "../support/aligned_table.ts";
import { mergeAtRandom, randomCuts } from "../support/cuts.ts";
import { decode, encode } from "../support/encode.ts";
import { Random } from "../support/random.ts";
import { assertSameBits } from "../support/same_bits.ts";
import { logitsBy, streamOnly } from "../support/sources.ts";

const VOCABULARY = 2100;
const ALL = alignedRows(new Random(51), VOCABULARY);
const REDUCERS = everyAligned(VOCABULARY, KINDS.length);
/** Streams of three dtypes side by side; or of float64 throughout. */
const DTYPES: readonly (readonly Dtype[])[] = [["f32", "f32", "f32"], ["f16", "f32", "bf16"], ["f64", "f64", "f64"]];
const CHUNKS = [[7, 1000, 1 << 20], [1 << 20, 64, 1024], [2100, 2100, 2100], [999, 6301, 512]];
const OPERATORS = { a: [temperature(0.7)], b: [mask({ deny: [3, 1500] }), softcap(30)], c: [logitBias({ 5: 1.5 })] };

type Name = typeof STREAMS[number];

function dataOf(dtypes: readonly Dtype[]): Record<Name, Chunk["data"]> {
  return Object.fromEntries(STREAMS.map((name, i) => [name, encode(ALL[name], dtypes[i])])) as Record<
    Name,
    Chunk["data"]
  >;
}

/** The rows in memory, as each stream's numbers say. */
function wantedOf(
  data: Record<Name, Chunk["data"]>,
  dtypes: readonly Dtype[],
  reducers: Reducers,
  options: ReduceOptions,
): unknown[] {
  const wide = Object.fromEntries(STREAMS.map((name, i) => [name, decode(data[name], dtypes[i])]));
  return KINDS.map((_, index) => {
    const rows = Object.fromEntries(
      STREAMS.map((name) => [name, wide[name].subarray(index * VOCABULARY, (index + 1) * VOCABULARY)]),
    );
    return reduceRow(rows, reducers, { index, ...(options.backend ? { backend: options.backend } : {}) });
  });
}

function assertRows(rows: readonly object[], wanted: readonly unknown[], where: string): void {
  assertEquals(rows.length, wanted.length, where);
  rows.forEach((row, i) => {
    assertSameBits({ ...row, reads: 0 }, { ...wanted[i] as object, reads: 0 }, `${where}, ${KINDS[i]}`);
  });
}

for (const dtypes of DTYPES) {
  for (const backend of dtypes[0] === "f64" ? ["reference"] as const : availableBackends()) {
    Deno.test(`any chunking of each stream gives the bits of the rows in memory: ${dtypes}, ${backend}`, async () => {
      const data = dataOf(dtypes), wanted = wantedOf(data, dtypes, REDUCERS, { backend });
      for (const [i, chunks] of CHUNKS.entries()) {
        for (const doors of [["read", "read", "read"], ["stream", "read", "stream"]] as const) {
          const streams = Object.fromEntries(
            STREAMS.map((name, s) => [
              name,
              logitsBy(doors[s], data[name], { vocabulary: VOCABULARY, dtype: dtypes[s] }, chunks[s]),
            ]),
          );
          const rows = await Array.fromAsync(reduce(zip(streams), REDUCERS, { backend }));
          assertRows(rows, wanted, `chunks ${i}, ${doors}`);
        }
      }
    });
  }
}

/** The streams of f32, each in chunks of its own, with operators of its own. */
function piped(chunks: readonly number[], door: "read" | "stream" = "read"): Record<Name, Logits> {
  const data = dataOf(DTYPES[0]);
  return Object.fromEntries(STREAMS.map((name, i) => {
    const logits = logitsBy(door, data[name], { vocabulary: VOCABULARY, dtype: "f32" }, chunks[i]);
    return [name, logits.pipe(...OPERATORS[name])];
  })) as Record<Name, Logits>;
}

Deno.test("each stream has its own operators, whatever the chunks", async () => {
  const wanted = await Array.fromAsync(reduce(zip(piped([1 << 20, 1 << 20, 1 << 20])), REDUCERS));
  for (const chunks of CHUNKS) {
    assertRows(await Array.fromAsync(reduce(zip(piped(chunks)), REDUCERS)), wanted, `chunks of ${chunks}`);
  }
  const one = piped(CHUNKS[0]);
  const alone = await Array.fromAsync(reduce(one.b, { h: entropy() }));
  const beside = await Array.fromAsync(reduce(zip(one), { h: on("b", entropy()) }));
  assertSameBits(beside.map(({ h }) => h), alone.map(({ h }) => h));
});

Deno.test("wherever each stream's second read comes from, the bits are the same", async () => {
  const data = dataOf(DTYPES[0]), wanted = wantedOf(data, DTYPES[0], REDUCERS, {});
  const bytes = 4 * VOCABULARY;
  const ways: readonly (readonly [readonly ("free" | "reopen" | "once")[], ReduceOptions])[] = [
    [["once", "once", "once"], { rowCache: bytes }],
    [["reopen", "free", "reopen"], { rowCache: 0 }],
    [["once", "free", "reopen"], { rowCache: 0, spill: fileSpill() }],
    [["once", "once", "once"], { rowCache: 0, spill: fileSpill() }],
  ];
  for (const [replays, options] of ways) {
    const streams = Object.fromEntries(STREAMS.map((name, i) => {
      const logits = fromArray(data[name], { vocabulary: VOCABULARY, chunk: [333, 1000, 5000][i] });
      return [name, streamOnly(logits, replays[i])];
    }));
    assertRows(await Array.fromAsync(reduce(zip(streams), REDUCERS, options)), wanted, `${replays}`);
  }
});

Deno.test("rows longer than what is worked on at once, in chunks that end anywhere", async () => {
  const vocabulary = 70_001, random = new Random(52);
  const a = Float32Array.from({ length: 2 * vocabulary }, () => 3 * random.normal());
  const b = a.map((x) => x + 0.3 * random.normal());
  const reducers = {
    kl: klDivergence("a", "b"),
    precise: klDivergence("b", "a", { precise: true }),
    tv: totalVariation("a", "b"),
  };
  const wanted = [0, 1].map((index) => {
    const row = (data: Float32Array) => data.subarray(index * vocabulary, (index + 1) * vocabulary);
    return reduceRow({ a: row(a), b: row(b) }, reducers, { index });
  });
  for (const chunks of [[1 << 16, 1 << 16], [40_000, 99], [1 << 18, 32_768], [123_456, 1 << 17]]) {
    const streams = {
      a: fromArray(a, { vocabulary, chunk: chunks[0] }),
      b: fromArray(b, { vocabulary, chunk: chunks[1] }),
    };
    const rows = await Array.fromAsync(reduce(zip(streams), reducers));
    rows.forEach((row, i) => assertSameBits({ ...row, reads: 0 }, { ...wanted[i], reads: 0 }, `${chunks}, row ${i}`));
  }
});

Deno.test("some rows, and columns of collect", async () => {
  const streams = zip(piped(CHUNKS[3]));
  const reducers = { kl: klDivergence("a", "b"), tv: totalVariation("b", "c"), h: on("c", entropy()) };
  const rows = await Array.fromAsync(reduce(streams, reducers, { rows: [2, 9] }));
  assertEquals(rows.map(({ index }) => index), [2, 3, 4, 5, 6, 7, 8]);
  const table = await collect(streams, reducers, { rows: [2, 9] });
  for (const name of ["kl", "tv", "h", "nan", "posInf", "count"] as const) {
    assertSameBits([...table[name]], rows.map((row) => Number(row[name])), name);
  }
});

Deno.test("states of parts of every stream merge to the bits of the whole, and only with the same operators", async () => {
  const random = new Random(53), streams = zip(piped([777, 1000, 64]));
  const whole = await Array.fromAsync(reduceStates(streams, REDUCERS));
  const cuts = randomCuts(random, VOCABULARY);
  const parts: RowState[][] = [];
  for (const columns of cuts) parts.push(await Array.fromAsync(reduceStates(streams, REDUCERS, { columns })));
  KINDS.forEach((kind, row) => {
    const merged = mergeAtRandom(random, parts.map((part) => part[row]), REDUCERS);
    assertSameBits(finishState(merged, REDUCERS), finishState(whole[row], REDUCERS), kind);
    assertSameBits(saveState(merged), saveState(whole[row]), kind);
  });
  const plain = Object.fromEntries(
    Object.entries(piped(CHUNKS[0])).map(([name, { source }]) => [name, logitsFrom(source!)]),
  );
  const [other] = await Array.fromAsync(reduceStates(zip(plain), REDUCERS, { rows: [0, 1], columns: [0, 5] }));
  let message = "";
  try {
    mergeAtRandom(random, [other, parts.at(-1)![0]], REDUCERS);
  } catch (error) {
    message = (error as Error).message;
  }
  assertStringIncludes(message, "operators");
});

Deno.test("a tap on one of several, and a monitor of one's entropy", async () => {
  const looks: number[] = [];
  const streams = piped([2100, 1000, 64]);
  const tapped = { ...streams, a: tap(streams.a, { h: entropy() }, ({ index }) => looks.push(index)) };
  const reducers = { h: on("b", entropy()), kl: klDivergence("a", "b") };
  const wanted = await Array.fromAsync(reduce(zip(streams), reducers));
  const monitor = entropyMonitor<typeof wanted[number], "h">({ window: 2, threshold: 3, dwell: 1, field: "h" });
  const rows = await Array.fromAsync(reduce(zip(tapped), reducers).pipeThrough(monitor));
  assertEquals(looks, [...KINDS.keys()]);
  rows.forEach(({ monitor, ...row }, i) => {
    assertSameBits(row, wanted[i], KINDS[i]);
    assertSameBits(monitor.current, wanted[i].h);
  });
});

Deno.test("a sampler on one of several draws the token of that stream alone", async () => {
  const row = ALL.a.subarray(0, VOCABULARY), values = Float32Array.from(row);
  const token = () => sampler({ seed: 5, chain: [keepTopP(0.9)] });
  const alone = reduceRow(values, { t: token() }).t;
  assertSameBits(reduceRow({ a: values, b: values.map((x) => -x) }, { t: on("a", token()) }).t.id, alone.id);
  const streams = { a: fromArray(values, { chunk: 100 }), b: fromArray(values) };
  const [{ t }] = await Array.fromAsync(reduce(zip(streams), { t: on("a", token()) }));
  assertEquals(t.id, alone.id);
});

Deno.test("the plan tells of each stream: operators, sweep, what is shared, where a second read comes from", () => {
  const data = dataOf(["f32", "f16", "f32"]);
  const streams = zip({
    a: fromArray(data.a, { vocabulary: VOCABULARY }).pipe(temperature(0.5)),
    b: streamOnly(fromArray(data.b, { vocabulary: VOCABULARY, dtype: "f16" }), "once"),
  });
  const plan = explain(streams, {
    kl: klDivergence("a", "b"),
    back: klDivergence("a", "b"),
    tv: totalVariation("a", "b"),
    h: on("b", entropy()),
  });
  const text = `${plan}`;
  assertEquals(plan.reads, [1, 2]);
  assertEquals(plan.second?.from, "cache");
  assertEquals(plan.bytes.row, 6 * VOCABULARY);
  for (const says of ["a: temperature", "b: widen f16", "a: sweep", "first moment, weights stored"]) {
    assertStringIncludes(text, says);
  }
  assertEquals(text.split("cross(").length, 2, "what two ask is there once");
});

Deno.test("labels of a text whose length only its end tells are counted at the end", async () => {
  const shape = { rows: undefined, vocabulary: 4, dtype: "f32" } as const;
  const three = () =>
    logitsFrom({
      shape,
      replay: "free",
      spec: { name: "three", params: {}, inputs: [] },
      open: () => ReadableStream.from([{ shape, data: new Float32Array(12), row: 0, start: 0 }]),
    });
  const count = async (labels: number[]) =>
    (await Array.fromAsync(reduce(zip({ a: three(), b: three() }), { y: on("b", label(labels)) }))).length;
  assertEquals(await count([1, 2, 3]), 3);
  for (const labels of [[1, 2], [1, 2, 3, 0]]) {
    const failed = await count(labels).then(() => "", ({ message }) => message);
    assert(/labels/.test(failed), failed);
  }
});
