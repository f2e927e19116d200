// One backpressure and one end: no stream runs ahead of the others by more than a chunk; a slow, dead, short or erring stream stops the others; a
// cancel and an abort reach each of them, exactly once. What cannot flow together is refused before any read.
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import {
  type Chunk,
  errorCode,
  type Logits,
  ParameterError,
  type Shape,
  ShapeError,
  SourceError,
} from "../../src/core/mod.ts";
import { collect, reduce, reduceStates, zip } from "../../src/flow/mod.ts";
import { agreement, entropy, klDivergence, on, totalVariation } from "../../src/reducers/mod.ts";
import { reduceRow } from "../../src/row/mod.ts";
import { fromArray, fromStream } from "../../src/sources/mod.ts";
import { cutChunks, probeOf, type ProbeOptions, streamOnly } from "../support/sources.ts";

const SHAPE: Shape = Object.freeze({ rows: 4, vocabulary: 100, dtype: "f32" });
const OPEN: Shape = Object.freeze({ ...SHAPE, rows: undefined });
const DATA = Float32Array.from({ length: 400 }, (_, i) => Math.sin(i));
const ONE_READ = { kl: klDivergence("a", "b") };
const TWO_READS = { tv: totalVariation("a", "b") };

function probe(size: number, options: Partial<ProbeOptions> = {}) {
  const { shape = SHAPE } = options;
  return probeOf({ shape, chunks: (_, range) => cutChunks(DATA, shape, size, range), ...options });
}

async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
  await new Promise((resolve) => setTimeout(resolve));
}

/** A source that gives so many chunks, then nothing, for ever. */
function hanging(size: number, after: number) {
  return probe(size, {
    replay: "once",
    chunks: async function* () {
      let given = 0;
      for (const chunk of cutChunks(DATA, SHAPE, size)) {
        if (given++ === after) await new Promise(() => {});
        yield chunk;
      }
    },
  });
}

Deno.test("nothing is read until it is asked for, and then no stream further than a chunk beyond the others", async () => {
  const a = probe(7), b = probe(100);
  const reader = reduce(zip({ a: a.logits, b: b.logits }), ONE_READ).getReader();
  await settle();
  assertEquals([a.counts.opened, b.counts.opened], [0, 0]);
  await reader.read();
  await settle();
  assert(a.counts.pulled <= 16 && b.counts.pulled <= 2, `${a.counts.pulled} and ${b.counts.pulled} chunks for one row`);
  await reader.cancel();
});

Deno.test("a slow stream keeps the others waiting, and changes nothing", async () => {
  const wanted = await Array.fromAsync(reduce(zip({ a: probe(30).logits, b: probe(45).logits }), ONE_READ));
  const slow = probe(30, {
    chunks: async function* () {
      for (const chunk of cutChunks(DATA, SHAPE, 30)) {
        await settle();
        yield chunk;
      }
    },
  });
  const fast = probe(45);
  const rows = [];
  for await (const row of reduce(zip({ a: slow.logits, b: fast.logits }), ONE_READ)) {
    assert(fast.counts.pulled * 45 <= (row.index + 2) * 100 + 45, "the fast one waits");
    rows.push(row);
  }
  assertEquals(rows, wanted);
});

for (const reducers of [ONE_READ, TWO_READS]) {
  const what = Object.keys(reducers)[0];

  Deno.test(`a cancel reaches every stream with its reason, once, in the middle of a read too: ${what}`, async () => {
    for (const after of [0, 1, 3, 8]) {
      const a = probe(13, { replay: "once" }), b = hanging(20, after), c = probe(400, { replay: "once" });
      const reader = reduce(zip({ a: a.logits, b: b.logits, c: c.logits }), reducers).getReader();
      const read = reader.read();
      await settle();
      await reader.cancel("enough");
      await read;
      for (const { counts } of [a, b, c]) {
        if (counts.opened > 0) assertEquals(counts.canceled, ["enough"]);
      }
      assertEquals([a, b, c].map(({ counts }) => counts.opened), [1, 1, 1]);
    }
  });

  Deno.test(`an abort reaches every stream, once, and errors the rows with its reason: ${what}`, async () => {
    const a = probe(13, { replay: "once" }), b = hanging(20, 2), controller = new AbortController();
    const reader = reduce(zip({ a: a.logits, b: b.logits }), reducers, { signal: controller.signal }).getReader();
    const read = reader.read();
    read.catch(() => {});
    await settle();
    controller.abort(new Error("stop"));
    await assertRejects(() => read, Error, "stop");
    await settle();
    for (const { counts } of [a, b]) assertEquals(counts.canceled.length, 1);
  });

  Deno.test(`a stream that fails at any step fails the flow once, and stops the others: ${what}`, async () => {
    for (let step = 0; step < 9; step++) {
      const failing = probe(50, {
        replay: "once",
        chunks: function* () {
          let given = 0;
          for (const chunk of cutChunks(DATA, SHAPE, 50)) {
            if (given++ === step) throw new Error("disk on fire");
            yield chunk;
          }
          if (step === 8) throw new Error("disk on fire");
        },
      });
      const other = probe(30, { replay: "once" }), third = hanging(400, 1);
      const streams = step < 8
        ? { a: other.logits, b: failing.logits, c: third.logits }
        : { a: other.logits, b: failing.logits };
      await assertRejects(() => Array.fromAsync(reduce(zip(streams), reducers)), Error, "disk on fire");
      await settle();
      if (step < 8) assertEquals(other.counts.canceled.length, 1, `step ${step}`);
      if (step < 8 && third.counts.opened > 0) assertEquals(third.counts.canceled.length, 1, `step ${step}`);
    }
  });
}

Deno.test("rows before the failure of one stream come out first", async () => {
  const failing = probe(100, {
    chunks: function* () {
      yield* [...cutChunks(DATA, SHAPE, 100)].slice(0, 3);
      throw new Error("gone");
    },
  });
  const found: number[] = [];
  await assertRejects(
    async () => {
      for await (const { index } of reduce(zip({ a: probe(400).logits, b: failing.logits }), ONE_READ)) {
        found.push(index);
      }
    },
    Error,
    "gone",
  );
  assertEquals(found, [0, 1, 2]);
});

Deno.test("a stream that ends before the others is an error that names both, and gives all back", async () => {
  const short = (rows: number) =>
    probe(60, {
      shape: OPEN,
      chunks: () => cutChunks(DATA.subarray(0, rows * 100), { ...OPEN, rows }, 60) as Iterable<Chunk>,
    });
  for (const [first, second] of [[2, 4], [4, 2], [0, 4]]) {
    const a = short(first), b = short(second);
    const error = await assertRejects(
      () => Array.fromAsync(reduce(zip({ a: a.logits, b: b.logits }), ONE_READ)),
      SourceError,
    );
    assertEquals(errorCode(error), "E_SOURCE_SHORT");
    const [ended, on] = first < second ? ["a", "b"] : ["b", "a"];
    assertStringIncludes(
      error.message,
      `"${ended}" ended before row ${Math.min(first, second)}, id 0, where "${on}" goes on`,
    );
    await settle();
    assertEquals(a.counts.canceled.length + a.counts.ended, 1);
    assertEquals(b.counts.canceled.length + b.counts.ended, 1);
  }
  assertEquals((await Array.fromAsync(reduce(zip({ a: short(3).logits, b: short(3).logits }), ONE_READ))).length, 3);
  assertEquals((await Array.fromAsync(reduce(zip({ a: short(0).logits, b: short(0).logits }), ONE_READ))).length, 0);
});

Deno.test("a stream that cannot be opened fails the flow, and the others are given back", async () => {
  const a = probe(50),
    b = probe(50, {
      chunks: () => {
        throw new Error("no such file");
      },
    });
  await assertRejects(() => collect(zip({ a: a.logits, b: b.logits }), ONE_READ), Error, "no such file");
  await settle();
  assertEquals(a.counts.canceled.length, a.counts.opened);
});

Deno.test("what nobody reads is told so, of every stream that can be read but once", async () => {
  const a = probe(50, { replay: "once" }), b = probe(50, { replay: "once" });
  await reduce(zip({ a: a.logits, b: b.logits }), ONE_READ).cancel("never mind");
  assertEquals([a.counts.canceled, b.counts.canceled], [["never mind"], ["never mind"]]);
});

Deno.test("a row of one stream that is refused ends the flow, by its name", async () => {
  const bad = fromArray(DATA.with(150, NaN), { vocabulary: 100 }), good = fromArray(DATA, { vocabulary: 100 });
  const rows = reduce(zip({ a: good, b: bad }), ONE_READ, { onInvalid: "throw" });
  await assertRejects(
    () => Array.fromAsync(rows),
    Error,
    'Cannot use row 1 of stream "b": 1 logits are NaN, the first at id 50',
  );
  const report = await Array.fromAsync(reduce(zip({ a: good, b: bad }), ONE_READ));
  assertEquals(report[1].streams, { b: { nan: 1, posInf: 0, allMasked: false, firstInvalid: 50 } });
});

Deno.test("many streams, more than there are read buffers for", async () => {
  const names = [..."abcdefgh"];
  const streams = Object.fromEntries(
    names.map((name, i) => [name, fromArray(DATA, { vocabulary: 100, chunk: 10 + i })]),
  );
  const rows = await Array.fromAsync(reduce(zip(streams), { tops: agreement("a", "h"), kl: klDivergence("c", "g") }));
  assertEquals(rows.map(({ tops }) => tops.agree), [true, true, true, true]);
  assertThrows(() => zip({ ...streams, i: streams.a }), ParameterError, "at most 8");
});

Deno.test("one array under two names, and one file's worth of it twice, may be compared with itself", async () => {
  const one = fromArray(DATA, { vocabulary: 100, chunk: 33 });
  const [{ kl }] = await Array.fromAsync(reduce(zip({ a: one, b: one }), ONE_READ));
  assert(kl < 1e-6);
  const row = DATA.subarray(0, 100);
  assertEquals(reduceRow({ a: row, b: row }, ONE_READ).kl, kl);
});

Deno.test("what cannot flow together is refused by name, before any read", async () => {
  const good = fromArray(DATA, { vocabulary: 100 }), wide = fromArray(Float64Array.from(DATA), { vocabulary: 100 });
  const bytes = new Uint8Array(DATA.buffer);
  const stream = await fromStream(ReadableStream.from([bytes]), { vocabulary: 100 });
  // deno-lint-ignore no-explicit-any
  const any = (value: unknown): any => value;
  const refusals: [() => unknown, typeof ParameterError | typeof ShapeError, string, string][] = [
    [
      () => zip({ a: good, b: fromArray(DATA, { vocabulary: 50 }) }),
      ShapeError,
      'vocabularies: "a" has 100, "b" has 50',
      "E_SHAPE",
    ],
    [
      () => zip({ a: good, b: fromArray(DATA.subarray(0, 300), { vocabulary: 100 }) }),
      ShapeError,
      '"a" has 4 rows, "b" has 3',
      "E_SHAPE",
    ],
    [() => zip({ a: good, b: wide }), ShapeError, 'Cannot zip "b", which is f64, with "a", which is f32', "E_DTYPE"],
    [() => zip({ a: stream, b: stream }), ParameterError, 'one source as "a" and as "b"', "E_PARAM"],
    [() => zip({ a: stream, b: stream.pipe() }), ParameterError, "it can be read but once", "E_PARAM"],
    [() => zip({}), ParameterError, "wanted logits by name", "E_PARAM"],
    [() => zip(any([good])), ParameterError, "wanted logits by name", "E_PARAM"],
    [() => zip(any(undefined)), ParameterError, "wanted logits by name", "E_PARAM"],
    [() => zip(any({ a: DATA })), ParameterError, 'Cannot zip as "a"', "E_PARAM"],
    [() => zip({ "": good }), ParameterError, 'the name ""', "E_PARAM"],
    [
      () => reduce(zip({ a: good, b: good }), { kl: klDivergence("a", "x") }),
      ParameterError,
      'Cannot find stream "x"',
      "E_PARAM",
    ],
    [() => reduce(zip({ a: good, b: good }), { h: entropy() }), ParameterError, 'on("a", ...)', "E_PARAM"],
    [() => reduce(good, ONE_READ), ParameterError, "it takes a, b", "E_PARAM"],
    [
      () => reduce(zip({ a: good, b: good }), { streams: on("a", entropy()) }),
      ShapeError,
      'Cannot name a reducer "streams"',
      "E_SHAPE",
    ],
    [() => reduce(zip({ a: good, b: good }), ONE_READ, { rows: [3, 9] }), ParameterError, "rows", "E_PARAM"],
    [
      () => reduceStates(zip({ a: good, b: good }), ONE_READ, { columns: [0, 101] }),
      ParameterError,
      "columns",
      "E_PARAM",
    ],
  ];
  for (const [call, kind, says, code] of refusals) {
    const error = assertThrows(call, kind as typeof ParameterError, says);
    assertEquals(errorCode(error), code, says);
  }
  const long = streamOnly(fromArray(DATA, { vocabulary: 100 }), "once");
  assertThrows(() => reduce(zip({ a: good, b: long }), TWO_READS, { rowCache: 10 }), Error, "one-shot source twice");
  assertEquals((zip({ a: good, b: long }) as { replay: Logits["replay"] }).replay, "once");
});
