// Streams: at most one chunk is read ahead a stage; cancel and abort reach the source within a turn, in the first read and in
// the second; everything opened is given back exactly once; an error in either read surfaces once, whatever step fails.
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
} from "@std/assert";
import { type Chunk, type Logits, logitsFrom, type Shape } from "../../src/core/mod.ts";
import { collect, map, normalize, reduce, reduceStates, type Spill, tap } from "../../src/flow/mod.ts";
import { temperature } from "../../src/operators/mod.ts";
import { softmax } from "../../src/maps/mod.ts";
import { logSumExp, target } from "../../src/reducers/mod.ts";
import { fromArray, fromStream } from "../../src/sources/mod.ts";
import { cutChunks, probeOf, type ProbeOptions } from "../support/sources.ts";
import { takenStores } from "../support/taken_stores.ts";

const SHAPE: Shape = Object.freeze({ rows: 4, vocabulary: 100, dtype: "f32" });
const DATA = Float32Array.from({ length: 400 }, (_, i) => Math.sin(i));
const LSE = { lse: logSumExp() };
/** Asks for a second read of every row: the rank of an unlikely id. */
const RANK = { rank: target([11], { rank: true }) };

function probe(options: Partial<ProbeOptions> = {}, size = 10) {
  return probeOf({ shape: SHAPE, chunks: (_, range) => cutChunks(DATA, SHAPE, size, range), ...options });
}

/** Lets every promise that can settle do so. */
async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
  await new Promise((resolve) => setTimeout(resolve));
}

Deno.test("reduce reads nothing until it is asked, and then what a row needs and one chunk more at most", async () => {
  const { logits, counts } = probe();
  const reader = reduce(logits, LSE).getReader();
  await settle();
  assertEquals(counts, { opened: 0, pulled: 0, ended: 0, canceled: [], ranges: [] });
  await reader.read();
  await settle();
  assert(counts.pulled <= 11, `pulled ${counts.pulled} chunks for a row of 10`);
  await reader.cancel();
});

Deno.test("rows of one chunk are handed out before another chunk is read", async () => {
  const { logits, counts } = probe({}, 400);
  const reader = reduce(logits, LSE).getReader();
  for (let row = 0; row < 4; row++) assertEquals((await reader.read()).value!.index, row);
  assertEquals(counts.pulled, 1);
  await reader.cancel();
});

for (const stages of [1, 2, 3]) {
  Deno.test(`each of ${stages} stages by hand reads one chunk ahead at most`, async () => {
    const { logits, counts } = probe({}, 1);
    let stream = logits.open();
    for (let i = 0; i < stages; i++) stream = stream.pipeThrough(temperature(2).stream());
    const reader = stream.getReader();
    for (let read = 1; read <= 5; read++) {
      await reader.read();
      await settle();
      assert(counts.pulled <= read + stages + 1, `${counts.pulled} pulled for ${read} read`);
    }
    await reader.cancel();
  });
}

Deno.test("normalize, tap and a chain of them read one chunk ahead a stage at most", async () => {
  const shape = Object.freeze({ ...SHAPE, rows: undefined });
  const { logits, counts } = probe({
    shape,
    chunks: function* () {
      for (let row = 0;; row++) yield { shape, data: DATA.subarray(0, 100), row, start: 0 };
    },
  });
  const chain = tap(normalize(tap(logits, LSE, () => {})), LSE, () => {});
  const reader = chain.open().getReader();
  for (let read = 1; read <= 3; read++) {
    await reader.read();
    await settle();
    assert(counts.pulled <= read + 3, `${counts.pulled} pulled for ${read} read`);
  }
  await reader.cancel();
  await settle();
  assertEquals(counts.canceled.length, 1);
});

/** Every way of running logits as a stream, so that each law is asked of all. */
const RUNS: Readonly<Record<string, (logits: Logits, signal?: AbortSignal) => ReadableStream<unknown>>> = {
  reduce: (logits, signal) => reduce(logits, LSE, { ...(signal ? { signal } : {}) }),
  "reduce twice": (logits, signal) => reduce(logits, RANK, { ...(signal ? { signal } : {}) }),
  reduceStates: (logits, signal) => reduceStates(logits, LSE, { ...(signal ? { signal } : {}) }),
  normalize: (logits, signal) => normalize(logits).open(signal ? { signal } : {}),
  "reduce normalized": (logits, signal) => reduce(normalize(logits), LSE, { ...(signal ? { signal } : {}) }),
  tap: (logits, signal) => reduce(tap(logits, LSE, () => {}), LSE, { ...(signal ? { signal } : {}) }),
};

for (const [name, run] of Object.entries(RUNS)) {
  Deno.test(`cancel reaches the source with its reason, once: ${name}`, async () => {
    const { logits, counts } = probe();
    const reader = run(logits).getReader();
    await reader.read();
    await reader.cancel("enough");
    await settle();
    assertEquals(counts.canceled.length + counts.ended, counts.opened, "every opened stream is given back");
    assertEquals(counts.canceled[0], "enough");
  });

  Deno.test(`cancel reaches a source in the middle of a read: ${name}`, async () => {
    const { logits, counts } = probe({
      chunks: async function* () {
        yield* cutChunks(DATA.subarray(0, 50), SHAPE, 10, { rows: [0, 1], columns: [0, 50] });
        await new Promise(() => {});
      },
    });
    const reader = run(logits).getReader();
    const pending = reader.read();
    await settle();
    // A pending read of a canceled stream ends; a tap's chunks may have arrived before.
    await reader.cancel("enough");
    await pending;
    await settle();
    assertEquals(counts.canceled, ["enough"]);
  });

  Deno.test(`abort reaches the source and errors the stream with its reason: ${name}`, async () => {
    const { logits, counts } = probe();
    const aborter = new AbortController();
    const reader = run(logits, aborter.signal).getReader();
    await reader.read();
    const reason = new Error("stop");
    aborter.abort(reason);
    await settle();
    const error = await assertRejects(async () => {
      for (let i = 0; i < 1000 && !(await reader.read()).done; i++);
    });
    assertStrictEquals(error, reason);
    assertEquals(counts.canceled.length + counts.ended, counts.opened);
  });

  Deno.test(`an aborted signal lets nothing begin: ${name}`, async () => {
    const { logits, counts } = probe();
    await assertRejects(
      // deno-lint-ignore require-await
      async () => run(logits, AbortSignal.abort(new RangeError("stop"))).getReader().read(),
      RangeError,
      "stop",
    );
    await settle();
    assertEquals(counts.canceled.length, counts.opened);
    assertEquals(counts.pulled, 0);
  });

  Deno.test(`a source that fails at step k fails the flow once, for every k: ${name}`, async () => {
    for (let k = 0; k <= 40; k++) {
      const failure = new Error(`step ${k}`);
      const { logits } = probe({
        chunks: function* (opening, range) {
          let step = 0;
          for (const chunk of cutChunks(DATA, SHAPE, 10, range)) {
            if (opening === 0 && step++ === k) throw failure;
            yield chunk;
          }
          if (opening === 0 && k >= 40) throw failure;
        },
      });
      const reader = run(logits).getReader();
      const errors = [];
      for (let i = 0; i < 100; i++) {
        const { done, error } = await reader.read().then((result) => ({ ...result, error: undefined }), (error) => ({
          done: false,
          error,
        }));
        if (error) errors.push(error);
        if (done || error) break;
      }
      assertStrictEquals(errors[0], failure, `k = ${k}`);
      await assertRejects(() => reader.read(), Error, `step ${k}`);
      await assertRejects(() => reader.closed, Error, `step ${k}`);
    }
  });
}

for (const replay of ["free", "reopen"] as const) {
  Deno.test(`the second read is given back on cancel, in the middle of a row: ${replay}`, async () => {
    using _ = takenStores();
    const { logits, counts } = probe({ replay });
    const reader = map(logits, softmax(), { rowCache: 0 }).open().getReader();
    await reader.read();
    assertEquals(counts.opened, 2, "the row did not fit a chunk, so it was opened again");
    await reader.cancel("enough");
    await settle();
    assertEquals(counts.canceled.length, 2, "both streams are given back");
  });

  Deno.test(`the second read is given back on abort, in the middle of a row: ${replay}`, async () => {
    using _ = takenStores();
    const { logits, counts } = probe({ replay });
    const aborter = new AbortController();
    const reader = map(logits, softmax(), { rowCache: 0 }).open({ signal: aborter.signal }).getReader();
    await reader.read();
    aborter.abort(new Error("stop"));
    await settle();
    await assertRejects(() => reader.read(), Error, "stop");
    assertEquals(counts.canceled.length, 2, "both streams are given back");
  });

  Deno.test(`a second read that hangs is given back on cancel: ${replay}`, async () => {
    using _ = takenStores();
    const { logits, counts } = probe({
      replay,
      chunks: async function* (opening, range) {
        if (opening === 1) await new Promise(() => {});
        yield* cutChunks(DATA, SHAPE, 10, range);
      },
    });
    for (
      const run of [() => map(logits, softmax(), { rowCache: 0 }).open(), () => reduce(logits, RANK, { rowCache: 0 })]
    ) {
      Object.assign(counts, { opened: 0, canceled: [] });
      const reader = run().getReader();
      const pending = reader.read();
      await settle();
      assertEquals(counts.opened, 2);
      await reader.cancel("enough");
      await pending;
      await settle();
      assertEquals(counts.canceled.length, 2);
    }
  });

  Deno.test(`an error in the second read surfaces once, for every step: ${replay}`, async () => {
    using _ = takenStores();
    for (let k = 0; k < 10; k++) {
      const failure = new Error(`second read, step ${k}`);
      const { logits, counts } = probe({
        replay,
        chunks: function* (opening, range) {
          let step = 0;
          for (const chunk of cutChunks(DATA, SHAPE, 10, range)) {
            if (opening === 1 && step++ === k) throw failure;
            yield chunk;
          }
        },
      });
      for (
        const run of [() => map(logits, softmax(), { rowCache: 0 }).open(), () => reduce(logits, RANK, { rowCache: 0 })]
      ) {
        Object.assign(counts, { opened: 0, canceled: [] });
        const error = await assertRejects(() => Array.fromAsync(run() as ReadableStream<unknown>));
        assertStrictEquals(error, failure);
        await settle();
        assertEquals(counts.canceled.length, 1, "the first read is given back");
      }
    }
  });
}

Deno.test("an abort ends a collect whose source hangs", async () => {
  const { logits, counts } = probe({
    chunks: async function* () {
      yield* cutChunks(DATA, SHAPE, 10, { rows: [0, 1] });
      await new Promise(() => {});
    },
  });
  const aborter = new AbortController();
  const running = collect(logits, LSE, { signal: aborter.signal });
  running.catch(() => {});
  await settle();
  aborter.abort(new Error("stop"));
  await settle();
  assertEquals(counts.canceled.length, 1, "the source is given back");
  await assertRejects(() => running, Error, "stop");
});

Deno.test("a collect that fails gives its source back", async () => {
  const { logits, counts } = probe({
    chunks: () => [{ shape: SHAPE, data: DATA.subarray(0, 10), row: 0, start: 1 }],
  });
  await assertRejects(() => collect(logits, LSE), TypeError, "row 0, id 1");
  assertEquals(counts.canceled.length, 1);
});

Deno.test("a cancel while the identity is asked for opens nothing that is not given back", async () => {
  using _ = takenStores();
  let tell = () => {};
  const { logits, counts } = probe({
    replay: "reopen",
    identity: () => new Promise((resolve) => tell = () => resolve("as it was")),
  });
  const reader = map(logits, softmax(), { rowCache: 0 }).open().getReader();
  const pending = reader.read();
  await settle();
  await reader.cancel("enough");
  tell();
  await pending;
  await settle();
  assertEquals(counts.canceled.length, counts.opened);
});

/** A spill in memory that can be made to wait or fail at step k, and counts what is open. */
function memorySpill(step: (what: string) => Promise<void> = async () => {}) {
  const counts = { opened: 0, closed: 0, most: 0 };
  const spill: Spill = {
    async open() {
      await step("open");
      counts.opened++;
      let bytes = new Uint8Array(0);
      return {
        async write(more) {
          await step("write");
          const longer = new Uint8Array(bytes.length + more.length);
          longer.set(bytes);
          longer.set(more, bytes.length);
          bytes = longer;
          counts.most = Math.max(counts.most, bytes.length);
        },
        async read(at, into) {
          await step("read");
          const part = bytes.subarray(at, at + Math.min(into.length, 7));
          into.set(part);
          return part.length;
        },
        async clear() {
          await step("clear");
          bytes = new Uint8Array(0);
        },
        close() {
          counts.closed++;
          return Promise.resolve();
        },
      };
    },
  };
  return { spill, counts };
}

async function once(): Promise<Logits> {
  return await fromStream(ReadableStream.from([DATA.slice()]), { vocabulary: 100, rows: 4, dtype: "f32", chunk: 10 });
}

Deno.test("a spill gives the bits of memory, holds one row, and is given back", async () => {
  const { spill, counts } = memorySpill();
  const wanted = await Array.fromAsync(normalize(fromArray(DATA, { vocabulary: 100 })).open());
  using _ = takenStores();
  const found = await Array.fromAsync(normalize(await once(), { rowCache: 0, spill }).open());
  assertEquals(found.flatMap(({ data }) => [...data]), wanted.flatMap(({ data }) => [...data]));
  assertEquals(counts, { opened: 1, closed: 1, most: 360 });
});

Deno.test("a spill that fails at step k ends the flow with its error and is given back, for every k", async () => {
  using _ = takenStores();
  for (const run of ["normalize", "reduce"]) {
    for (let k = 0;; k++) {
      let steps = 0;
      let failed = false;
      const { spill, counts } = memorySpill((what) => {
        if (steps++ !== k) return Promise.resolve();
        failed = true;
        return Promise.reject(new Error(`${what} failed`));
      });
      const logits = await once();
      const stream = run === "normalize"
        ? normalize(logits, { rowCache: 0, spill }).open()
        : reduce(logits, RANK, { rowCache: 0, spill });
      const ended = Array.fromAsync(stream as ReadableStream<unknown>);
      if (!failed) await ended.then(() => {}, () => {});
      if (!failed) break;
      await assertRejects(() => ended, Error, "failed");
      await settle();
      assertEquals(counts.closed, counts.opened, `step ${k}`);
    }
  }
});

Deno.test("a cancel at any step of a spill leaves nothing open", async () => {
  using _ = takenStores();
  for (let k = 0; k < 60; k++) {
    let steps = 0;
    let release = () => {};
    const { spill, counts } = memorySpill(() =>
      steps++ === k ? new Promise((resolve) => release = resolve) : Promise.resolve()
    );
    const reader = normalize(await once(), { rowCache: 0, spill }).open().getReader();
    const reading = (async () => {
      while (!(await reader.read()).done);
    })();
    await settle();
    const canceled = reader.cancel("enough");
    await settle();
    release();
    await canceled;
    await reading;
    await settle();
    assertEquals(counts.closed, counts.opened, `step ${k}`);
  }
});

Deno.test("an error of our own sources says where: row and id or byte", async () => {
  const bytes = new Uint8Array(DATA.buffer);
  const failing = () =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(bytes.slice(0, 600));
      },
      pull() {
        throw new Error("the line dropped");
      },
    });
  const logits = await fromStream(failing(), { vocabulary: 100, rows: 4 });
  const error = await assertRejects(() => Array.fromAsync(reduce(logits, LSE)));
  assertStringIncludes(`${error}`, "row 1");
  assertStringIncludes(`${error}`, "the line dropped");
  assertEquals((error as { code?: string }).code, "E_SOURCE_READ");
  const short = await fromStream(ReadableStream.from([bytes.slice(0, 604)]), { vocabulary: 100, rows: 4 });
  const ended = await assertRejects(() => Array.fromAsync(reduce(short, LSE)));
  assertStringIncludes(`${ended}`, "row 1, id 51");
  assertEquals((ended as { code?: string }).code, "E_SOURCE_SHORT");
});

Deno.test("rows before an invalid one come out before its error, whatever the chunks", async () => {
  const data = Float32Array.from({ length: 15 }, (_, i) => i === 10 ? NaN : i % 3);
  for (const chunk of [1, 3, 4, 15]) {
    const logits = fromArray(data, { vocabulary: 3, chunk });
    const indices: number[] = [];
    const reading = async () => {
      for await (const { index } of reduce(logits, LSE, { onInvalid: "throw" })) indices.push(index);
    };
    const error = await assertRejects(reading, Error, "row 3");
    assertEquals((error as unknown as { row: number; id: number }).id, 1);
    assertEquals(indices, [0, 1, 2], `chunks of ${chunk}`);
    let count = 0;
    const mapping = async () => {
      for await (const { data } of normalize(logits, { onInvalid: "throw" }).open()) count += data.length;
    };
    await assertRejects(mapping, Error, "row 3");
    assertEquals(count, 9, `normalized, chunks of ${chunk}`);
  }
});

Deno.test("a listener, an operator or a reducer that throws ends the flow with its own error, and the source is given back", async () => {
  const failure = new Error("mine");
  const fail = () => {
    throw failure;
  };
  const reducer = {
    spec: { name: "mine", params: {}, inputs: [] },
    init: () => null,
    step: fail,
    merge() {},
    finish: () => 0,
  };
  const operator = { ...temperature(2), apply: fail };
  const runs: ((logits: Logits) => ReadableStream<unknown>)[] = [
    (logits) => reduce(tap(logits, LSE, fail), LSE),
    (logits) => reduce(logits, { mine: reducer }),
    (logits) => reduce(logits.pipe(operator), LSE),
    (logits) => normalize(logits.pipe(operator)).open(),
    (logits) => map(logits, { spec: reducer.spec, needs: "sum", emit: fail }).open(),
  ];
  for (const run of runs) {
    const { logits, counts } = probe();
    const error = await assertRejects(() => Array.fromAsync(run(logits)));
    assertStrictEquals(error, failure);
    await settle();
    assertEquals(counts.canceled.length, counts.opened);
  }
});

Deno.test("a source that gives data before and after errors of its own shape is refused by name", async () => {
  const chunk = (part: Partial<Chunk>): Chunk => ({
    shape: SHAPE,
    data: DATA.subarray(0, 10),
    row: 0,
    start: 0,
    ...part,
  });
  const bad: Readonly<Record<string, { chunks: Chunk[]; code: string; says: string }>> = {
    gap: { chunks: [chunk({}), chunk({ start: 11 })], code: "E_ORDER", says: "row 0, id 11" },
    overlap: { chunks: [chunk({}), chunk({ start: 9 })], code: "E_ORDER", says: "row 0, id 9" },
    "a row too late": { chunks: [chunk({ row: 1 })], code: "E_ORDER", says: "row 1, id 0" },
    "too long": {
      chunks: [chunk({ data: DATA }), chunk({ row: 4 })],
      code: "E_SOURCE_LONG",
      says: "row 3, id 99",
    },
    "ends inside a row": { chunks: [chunk({})], code: "E_SOURCE_SHORT", says: "row 0, id 10" },
    "ends between rows": {
      chunks: [chunk({ data: DATA.subarray(0, 200) })],
      code: "E_SOURCE_SHORT",
      says: "row 2, id 0",
    },
    "another dtype": { chunks: [chunk({ data: new Uint16Array(10) })], code: "E_DTYPE", says: "Uint16Array" },
    "another shape": {
      chunks: [chunk({ shape: { rows: 4, vocabulary: 50, dtype: "f32" } })],
      code: "E_SHAPE",
      says: "vocabulary",
    },
  };
  for (const [name, { chunks, code, says }] of Object.entries(bad)) {
    for (const [way, run] of Object.entries(RUNS)) {
      const error = await assertRejects(() => Array.fromAsync(run(probe({ chunks: () => chunks }).logits)));
      assertStringIncludes(`${error}`, says, `${name}, ${way}`);
      assertEquals((error as { code?: string }).code, code, `${name}, ${way}`);
    }
  }
});

Deno.test("detached memory is refused, in an array and in a chunk", async () => {
  const data = DATA.slice();
  const logits = fromArray(data, { vocabulary: 100 });
  structuredClone(data, { transfer: [data.buffer] });
  for (const run of Object.values(RUNS)) {
    const error = await assertRejects(() => Array.fromAsync(run(logits)));
    assertEquals((error as { code?: string }).code, "E_DETACHED");
  }
  const lost = DATA.slice(0, 100);
  structuredClone(lost, { transfer: [lost.buffer] });
  for (const [way, run] of Object.entries(RUNS)) {
    const { logits } = probe({ chunks: () => [{ shape: SHAPE, data: lost, row: 0, start: 0 }] });
    const error = await assertRejects(() => Array.fromAsync(run(logits)));
    assertEquals((error as { code?: string }).code, "E_DETACHED", way);
  }
});

Deno.test("empty chunks are as good as none, anywhere", async () => {
  const wanted = await Array.fromAsync(reduce(fromArray(DATA, { vocabulary: 100 }), RANK));
  const { logits } = probe({
    replay: "once",
    chunks: function* (_, range) {
      for (const chunk of cutChunks(DATA, SHAPE, 50, range)) {
        yield { ...chunk, data: chunk.data.subarray(0, 0) };
        yield chunk;
      }
      yield { shape: SHAPE, data: DATA.subarray(0, 0), row: 4, start: 0 };
    },
  });
  const rows = await Array.fromAsync(reduce(logits, RANK));
  assertEquals(rows.map(({ rank }) => rank), wanted.map(({ rank }) => rank));
});

Deno.test("rows of unknown number: the end tells, inside a row it is an error", async () => {
  const shape: Shape = Object.freeze({ ...SHAPE, rows: undefined });
  const whole = probe({ shape, chunks: () => cutChunks(DATA, SHAPE, 30, {}) });
  assertEquals((await Array.fromAsync(reduce(whole.logits, LSE))).length, 4);
  const { logits } = probe({ shape, chunks: () => cutChunks(DATA.subarray(0, 350), { ...SHAPE, rows: 3.5 }, 30, {}) });
  const error = await assertRejects(() => Array.fromAsync(reduce(logits, LSE)));
  assertEquals((error as { code?: string }).code, "E_SOURCE_SHORT");
  assertStringIncludes(`${error}`, "row 3, id 50");
});

Deno.test("a source of no rows at all, of unknown number, gives no rows and no error of ours", async () => {
  const shape: Shape = Object.freeze({ ...SHAPE, rows: undefined });
  const { logits } = probe({ shape, chunks: () => [] });
  assertEquals(await Array.fromAsync(reduce(logits, LSE)), []);
});

Deno.test("a source whose open throws fails the flow, not the caller", async () => {
  const failure = new Error("no such place");
  const logits = logitsFrom({
    shape: SHAPE,
    replay: "reopen",
    spec: { name: "nowhere", params: {}, inputs: [] },
    open() {
      throw failure;
    },
  });
  for (const run of [() => reduce(logits, LSE), () => normalize(logits).open()]) {
    const error = await assertRejects(() => Array.fromAsync(run() as ReadableStream<unknown>));
    assertStrictEquals(error, failure);
  }
  assertInstanceOf(await assertRejects(() => collect(logits, LSE)), Error);
});
