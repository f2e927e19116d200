// The second read of a row comes from the chunk in hand, the row cache, memory, the source opened again at that row, or a spill;
// all give the same bits. Where none can be had the flow is refused before any read. A source that changed between its two
// reads is an error, never a wrong number. `explain` says which will happen, and is right.
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { availableBackends, loadKernels } from "../../kernels/mod.ts";
import {
  type Chunk,
  type Logits,
  ParameterError,
  type Replay,
  type Shape,
  SourceChangedError,
  SourceExhaustedError,
} from "../../src/core/mod.ts";
import { explain, fileSpill, normalize, reduce, type ReduceOptions, tap } from "../../src/flow/mod.ts";
import { temperature } from "../../src/operators/mod.ts";
import { softmax } from "../../src/maps/mod.ts";
import { logSumExp, moments, target, topK } from "../../src/reducers/mod.ts";
import { fromArray, fromFile, fromStream } from "../../src/sources/mod.ts";
import { encode } from "../support/encode.ts";
import { Random } from "../support/random.ts";
import { rowsOf } from "../support/rows.ts";
import { assertSameBits } from "../support/same_bits.ts";
import { cutChunks, probeOf } from "../support/sources.ts";
import { takenStores } from "../support/taken_stores.ts";

const VOCABULARY = 3000;
const NAMES = ["normal", "tied", "lateMaximum", "masked", "nan"];
const DATA = encode(rowsOf(new Random(11), VOCABULARY, NAMES), "f32") as Float32Array<ArrayBuffer>;
const SHAPE: Shape = Object.freeze({ rows: NAMES.length, vocabulary: VOCABULARY, dtype: "f32" });
/** Ranks of ids that are far from the best: only a second read tells. */
const RANKS = { rank: target([0, 1500, 2999], { rank: true }), lse: logSumExp() };

function probe(replay: Replay, chunk: number, data = DATA) {
  return probeOf({ shape: SHAPE, replay, chunks: (_, range) => cutChunks(data, SHAPE, chunk, range) });
}

/** The probabilities as one array, and how many logits came at a time. */
async function probabilities(logits: Logits, options: Parameters<typeof normalize>[1]): Promise<Float32Array> {
  const chunks = await Array.fromAsync(normalize(logits, options).open());
  const all = new Float32Array(chunks.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const { data, row, start } of chunks) {
    assertEquals(row * VOCABULARY + start, at, "chunks follow");
    all.set(data as Float32Array, at);
    at += data.length;
  }
  return all;
}

const WAYS: Readonly<
  Record<string, { replay: Replay; options: Pick<ReduceOptions, "rowCache" | "spill">; from: string }>
> = {
  memory: { replay: "free", options: {}, from: "memory" },
  cache: { replay: "once", options: {}, from: "cache" },
  "cache of a file": { replay: "reopen", options: {}, from: "cache" },
  "cache, to the byte": { replay: "once", options: { rowCache: 4 * VOCABULARY }, from: "cache" },
  reopen: { replay: "reopen", options: { rowCache: 4 * VOCABULARY - 1 }, from: "reopen" },
  "reopen rather than spill": { replay: "reopen", options: { rowCache: 0, spill: fileSpill() }, from: "reopen" },
  spill: { replay: "once", options: { rowCache: 0, spill: fileSpill({ limit: 4 * VOCABULARY }) }, from: "spill" },
};

for (const backend of availableBackends()) {
  for (const [name, { replay, options, from }] of Object.entries(WAYS)) {
    Deno.test(`same bits, and as explained: ${name}, ${backend}`, async () => {
      const whole = fromArray(DATA, { vocabulary: VOCABULARY, chunk: DATA.length });
      const ranks = await Array.fromAsync(reduce(whole, RANKS, { backend }));
      const mapped = await probabilities(whole, { backend });
      for (const chunk of [250, 2999, 3000, 7000, 15_000]) {
        const { logits, counts } = probe(replay, chunk);
        const plan = explain(logits, RANKS, { ...options, backend });
        assertEquals(plan.second?.from, from);
        assertEquals(plan.reads, [1, 2]);
        assertEquals(counts.opened, 0, "explain reads nothing");
        const rows = await Array.fromAsync(reduce(logits, RANKS, { ...options, backend }));
        rows.forEach((row, i) =>
          assertSameBits({ ...row, reads: 0 }, { ...ranks[i], reads: 0 }, `${chunk}, ${NAMES[i]}`)
        );
        rows.forEach(({ reads }) => assert(reads >= plan.reads[0] && reads <= plan.reads[1]));
        assertEquals(rows.map(({ reads }) => reads), [2, 2, 2, 2, 1], "an invalid row is not read again");
        const again = counts.opened - 1;
        const most = from === "memory" || from === "reopen" ? 4 : 0;
        assert(again <= most, `opened ${again} times more`);
        assertSameBits(
          await probabilities(logits, { ...options, backend }),
          mapped,
          `from the store, chunks of ${chunk}`,
        );
        using _ = takenStores();
        assertSameBits(await probabilities(logits, { ...options, backend }), mapped, `read again, chunks of ${chunk}`);
        assertEquals(counts.canceled.length + counts.ended, counts.opened);
      }
    });
  }
}

Deno.test("a row that lies in one chunk is read again from there", async () => {
  const { logits, counts } = probe("reopen", 3000);
  await Array.fromAsync(reduce(logits, RANKS, { rowCache: 0 }));
  assertEquals(counts.opened, 1);
});

Deno.test("a row is opened again at that row only", async () => {
  const { logits, counts } = probe("reopen", 1000);
  await Array.fromAsync(reduce(logits, RANKS, { rowCache: 0 }));
  assertEquals(counts.ranges.slice(1).map((range) => range?.rows), [[0, 1], [1, 2], [2, 3], [3, 4]]);
});

Deno.test("a one-shot source whose rows outgrow the cache is refused before any read", () => {
  const { logits, counts } = probe("once", 1000);
  const runs = [
    () => reduce(logits, RANKS, { rowCache: 11_999 }),
    () => normalize(logits, { rowCache: 11_999 }).open(),
    () => explain(logits, RANKS, { rowCache: 11_999 }),
  ];
  for (const run of runs) {
    const error = assertThrows(run, SourceExhaustedError, "12000 bytes");
    assertEquals(error.code, "E_SOURCE_EXHAUSTED");
  }
  assertEquals(counts.opened, 0);
  assertEquals(explain(logits, { lse: logSumExp() }, { rowCache: 0 }).reads, [1, 1], "one read needs no cache");
});

Deno.test("a one-shot stream opened a second time is refused", async () => {
  const logits = await fromStream(ReadableStream.from([DATA.slice()]), { vocabulary: VOCABULARY });
  await Array.fromAsync(reduce(logits, RANKS));
  await assertRejects(() => Array.fromAsync(reduce(logits, RANKS)), SourceExhaustedError);
});

Deno.test("a row longer than the spill's limit is refused with the limit", async () => {
  using _ = takenStores();
  const { logits } = probe("once", 1000);
  const spill = fileSpill({ limit: 4000 });
  const error = await assertRejects(
    () => Array.fromAsync(normalize(logits, { rowCache: 0, spill }).open()),
    SourceExhaustedError,
    "4000 bytes",
  );
  assertEquals(error.code, "E_SOURCE_EXHAUSTED");
});

Deno.test("a spill leaves no file behind: while it is open, where the system allows that, at the end, after an error, after a cancel", async () => {
  using _ = takenStores();
  const directory = await Deno.makeTempDir();
  const left = async () => (await Array.fromAsync(Deno.readDir(directory))).length;
  const options = { rowCache: 0, spill: fileSpill({ directory, limit: 12_000 }) };
  await Array.fromAsync(normalize(probe("once", 1000).logits, options).open());
  assertEquals(await left(), 0);
  const reader = normalize(probe("once", 1000).logits, options).open().getReader();
  await reader.read();
  assertEquals(await left(), Deno.build.os === "windows" ? 1 : 0);
  await reader.cancel();
  assertEquals(await left(), 0);
  const small = { rowCache: 0, spill: fileSpill({ directory, limit: 7999 }) };
  await assertRejects(() => Array.fromAsync(normalize(probe("once", 1000).logits, small).open()));
  assertEquals(await left(), 0);
  await Deno.remove(directory);
});

/** A source that is another at its second opening. */
function changing(second: Float32Array, identity?: () => Promise<string>) {
  return probeOf({
    shape: SHAPE,
    replay: "reopen",
    chunks: (opening, range) => cutChunks(opening === 0 ? DATA : second, SHAPE, 1000, range),
    ...(identity ? { identity } : {}),
  });
}

for (const backend of availableBackends()) {
  Deno.test(`other bytes at the second read are an error, wherever one bit differs: ${backend}`, async () => {
    using _ = takenStores();
    for (const id of [0, 1, 999, 1000, 2999]) {
      const second = DATA.slice();
      new Uint8Array(second.buffer)[4 * id] ^= 1;
      const { logits, counts } = changing(second);
      const error = await assertRejects(
        () => Array.fromAsync(reduce(logits, RANKS, { rowCache: 0, backend })),
        SourceChangedError,
        "row 0",
      );
      assertEquals(error.code, "E_SOURCE_CHANGED");
      await assertRejects(
        () => Array.fromAsync(normalize(changing(second).logits, { rowCache: 0, backend }).open()),
        SourceChangedError,
      );
      assertEquals(counts.canceled.length + counts.ended, counts.opened);
    }
  });
}

Deno.test("two logits that changed places are an error", async () => {
  const second = DATA.slice();
  [second[5], second[9]] = [second[9], second[5]];
  await assertRejects(
    () => Array.fromAsync(reduce(changing(second).logits, RANKS, { rowCache: 0 })),
    SourceChangedError,
  );
});

Deno.test("another identity is an error before the second read begins", async () => {
  using _ = takenStores();
  let asked = 0;
  const { logits, counts } = changing(DATA, () => Promise.resolve(`version ${asked++}`));
  const error = await assertRejects(
    () => Array.fromAsync(normalize(logits, { rowCache: 0 }).open()),
    SourceChangedError,
    "version 1",
  );
  assertStringIncludes(error.message, "version 0");
  assertEquals(counts.opened, 1);
});

/** A file of three rows, read in chunks of a third, changed after the first row's output. */
async function changedFile(change: (path: string) => Promise<void>): Promise<unknown> {
  using _ = takenStores();
  const directory = await Deno.makeTempDir();
  const path = `${directory}/logits.f32`;
  try {
    const rows = DATA.subarray(0, 3 * VOCABULARY);
    await Deno.writeFile(path, new Uint8Array(rows.slice().buffer));
    const logits = await fromFile(path, { vocabulary: VOCABULARY, chunk: 1000 });
    const reader = normalize(logits, { rowCache: 0 }).open().getReader();
    for (let chunk = 0; chunk < 3; chunk++) await reader.read();
    await change(path);
    let error: unknown;
    for (let chunk = 0; chunk < 7 && !error; chunk++) {
      error = await reader.read().then(() => undefined, (error) => error);
    }
    await reader.cancel().catch(() => {});
    return error;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("a file that grew, shrank, was replaced or rewritten between its reads is an error", async () => {
  const changes: Readonly<Record<string, (path: string) => Promise<void>>> = {
    grew: (path) => Deno.writeFile(path, new Uint8Array(4), { append: true }),
    shrank: (path) => Deno.truncate(path, 4 * 2 * VOCABULARY),
    replaced: async (path) => {
      await Deno.writeFile(`${path}.new`, new Uint8Array(4 * 3 * VOCABULARY));
      await Deno.rename(`${path}.new`, path);
    },
    "same size, same time": async (path) => {
      const { mtime, atime } = await Deno.stat(path);
      const bytes = await Deno.readFile(path);
      bytes[4 * VOCABULARY + 8] ^= 1;
      await Deno.writeFile(path, bytes);
      await Deno.utime(path, atime!, mtime!);
    },
    removed: (path) => Deno.remove(path),
  };
  for (const [name, change] of Object.entries(changes)) {
    const error = await changedFile(change) as { name?: string; code?: string; message?: string } | undefined;
    assert(error, `${name}: no error`);
    assert(
      error.code === "E_SOURCE_CHANGED" ||
        (name !== "same size, same time" && /E_SOURCE_(READ|SHORT)/.test(`${error.code}`)),
      `${name}: ${error.code} ${error.message}`,
    );
  }
  assertEquals(await changedFile(async () => {}), undefined);
});

Deno.test("three reads are refused, unless asked for", async () => {
  const logits = fromArray(DATA, { vocabulary: VOCABULARY });
  const twice = normalize(normalize(logits));
  assertThrows(() => twice.open(), ParameterError, "4 times");
  assertThrows(() => reduce(normalize(logits), RANKS), ParameterError, "4 times");
  assertEquals((await Array.fromAsync(normalize(normalize(logits), { reads: 4 }).open())).length > 0, true);
  assertEquals(explain(normalize(logits), { lse: logSumExp() }).reads, [2, 2]);
});

Deno.test("explain: reads, kernels, bytes and refusals of every kind of flow", async () => {
  const logits = fromArray(encode(DATA, "f16"), { vocabulary: VOCABULARY, dtype: "f16" }).pipe(temperature(0.5));
  const plan = explain(logits, { lse: logSumExp(), top: topK(5), m: moments() });
  assertEquals(plan.reads, [1, 1]);
  assertEquals(plan.second, undefined);
  assertEquals(plan.bytes, { row: 6000, total: 30_000 });
  assertEquals(plan.kernels.length, 5);
  assertStringIncludes(plan.kernels[0], "widen f16");
  assertStringIncludes(plan.kernels[1], "temperature");
  assertStringIncludes(plan.kernels[2], "sum of exponentials");
  assertStringIncludes(`${plan}`, "reads    1 a row");
  assertEquals(explain(logits, softmax()).reads, [1, 2]);
  const long = fromArray(new Float32Array(2 ** 21 + 1));
  assertEquals(explain(long, softmax()).reads, [2, 2], "it does not fit the row store");
  const memory = (length: number) => explain(fromArray(new Float32Array(length)), softmax()).memory;
  const { arena } = loadKernels();
  assertEquals(memory(2048) - arena.worked, 4 * 2048 + 2 * 128, "weights and table are touched, the reserve is not");
  assertEquals(explain(long, { lse: logSumExp() }).memory, arena.worked);
  assertEquals(explain(logits, { lse: logSumExp() }, { rows: [1, 3] }).bytes.total, 12_000);
  const once = await fromStream(new ReadableStream({ start: (controller) => controller.close() }), { vocabulary: 10 });
  assertEquals(explain(once, softmax()).second?.from, "cache");
  assertEquals(explain(once, softmax()).bytes.total, undefined);
  assertEquals(explain(fromArray([1, 2], { dtype: "f64" }), { lse: logSumExp() }).backend, "reference, f64");
  assertThrows(() => explain(logits, { y: target([VOCABULARY]) }), RangeError);
  await Array.fromAsync(reduce(once, { lse: logSumExp() })).catch(() => {});
});

Deno.test("explain: what it says of reads holds, row by row, whatever is asked", async () => {
  const asks = { best: topK(3), likely: target([7], { rank: true }), unlikely: target([1, 2, 3], { rank: true }) };
  const rows: Chunk["data"] = Float32Array.from(
    { length: 2 * VOCABULARY },
    (_, id) => id % VOCABULARY === 7 ? 9 : Math.sin(id),
  );
  for (const [name, reducer] of Object.entries(asks)) {
    const { logits } = probeOf({
      shape: { rows: 2, vocabulary: VOCABULARY, dtype: "f32" },
      chunks: (_, range) => cutChunks(rows, { rows: 2, vocabulary: VOCABULARY, dtype: "f32" }, 700, range),
    });
    const { reads } = explain(logits, { it: reducer });
    for await (const row of reduce(logits, { it: reducer })) {
      assert(row.reads >= reads[0] && row.reads <= reads[1]);
      assertEquals(row.reads, name === "unlikely" ? 2 : 1);
    }
  }
});

Deno.test("a tapped source keeps its replay: its changes are noticed, its second reads agree", async () => {
  const second = DATA.slice();
  second[3] += 1;
  const tapped = tap(changing(second).logits, { lse: logSumExp() }, () => {});
  await assertRejects(() => Array.fromAsync(reduce(tapped, RANKS, { rowCache: 0 })), SourceChangedError);
  let asked = 0;
  const named = tap(changing(DATA, () => Promise.resolve(`${asked++}`)).logits, { lse: logSumExp() }, () => {});
  await assertRejects(() => Array.fromAsync(reduce(named, RANKS, { rowCache: 0 })), SourceChangedError);
});
