// A map has its rows from the row store where it can: read once, to the bits of rows that are read twice, whatever the map, the chunks, the
// columns, the operators. The store has one owner at a time, and comes back however a flow ends.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type Chunk,
  fromArray,
  type Logits,
  logSoftmax,
  map,
  normalize,
  normalizeRow,
  ParameterError,
  reduceRow,
  type RowMap,
  type Shape,
  softmax,
  temperature,
  topK,
} from "@sluice/sluice";
import { availableBackends, loadKernels } from "../../kernels/mod.ts";
import type { Dtype } from "../../src/core/mod.ts";
import { KINDS } from "../kernels/support.ts";
import { encode } from "../support/encode.ts";
import { Random } from "../support/random.ts";
import { rowsOf } from "../support/rows.ts";
import { assertSameBits } from "../support/same_bits.ts";
import { cutChunks, logitsBy, probeOf } from "../support/sources.ts";
import { takenStores } from "../support/taken_stores.ts";

const NAMES = ["normal", "lateMaximum", "masked", "nan", "offset", "wide"];
const VOCABULARY = 5000;
const DATA = encode(rowsOf(new Random(51), VOCABULARY, NAMES), "f32") as Float32Array;
const SHAPE: Shape = Object.freeze({ rows: NAMES.length, vocabulary: VOCABULARY, dtype: "f32" });

/** Uses the library between two logits. */
const busy: RowMap = {
  spec: { name: "busy", params: {}, inputs: [] },
  needs: "moments",
  emit({ values, start }, out, { maximum, mean }) {
    const shares = normalizeRow(Float32Array.from({ length: 40_000 }, (_, i) => i % 7));
    const [best] = reduceRow(Float32Array.of(1, 3, 2), { top: topK(1) }).top;
    for (let i = 0; i < values.length; i++) out[i] = maximum - values[i] + mean + (start + i) + shares[0] + best.logit;
  },
};

const MAPS: Readonly<Record<string, () => RowMap>> = { softmax, logSoftmax, "a user's": () => busy };

async function valuesOf(logits: Logits, range = {}): Promise<Float32Array | Float64Array> {
  const { rows, vocabulary, dtype } = logits.shape, { columns = [0, vocabulary] } = range as { columns?: number[] };
  const width = columns[1] - columns[0];
  const all = dtype === "f64" ? new Float64Array(rows! * width) : new Float32Array(rows! * width);
  let at = 0;
  for await (const { data, row, start } of logits.open(range)) {
    assertEquals(row * width + start - columns[0], at, "chunks follow");
    all.set(data as Float32Array, at);
    at += data.length;
  }
  assertEquals(at, all.length);
  return all;
}

/** Whether nobody has a row store. */
function allFree(): boolean {
  try {
    takenStores()[Symbol.dispose]();
    return true;
  } catch {
    return false;
  }
}

const ARITHMETICS = [
  ...availableBackends().map((backend) => ({ backend, dtype: "f32" as Dtype })),
  { backend: availableBackends()[0], dtype: "bf16" as Dtype },
  { backend: "reference" as const, dtype: "f64" as Dtype },
];

for (const { backend, dtype } of ARITHMETICS) {
  for (const [name, make] of Object.entries(MAPS)) {
    Deno.test(`${name}: one read or two, the same bits: ${dtype}, ${backend}`, async () => {
      const data = encode([...DATA], dtype), rowMap = make();
      const mapped = (door: "read" | "stream", chunk: number) =>
        map(logitsBy(door, data, { vocabulary: VOCABULARY, dtype }, chunk).pipe(temperature(0.7)), rowMap, { backend });
      const wanted = await valuesOf(mapped("read", data.length));
      {
        using _ = takenStores();
        assertSameBits(await valuesOf(mapped("read", data.length)), wanted, "whole rows, the store taken");
        assertSameBits(await valuesOf(mapped("stream", 700)), wanted, "chunks of 700, the store taken");
      }
      for (const chunk of [333, 1000, 1024, 4999, 7000]) {
        for (const door of ["read", "stream"] as const) {
          assertSameBits(await valuesOf(mapped(door, chunk)), wanted, `${door}, chunks of ${chunk}`);
        }
      }
      for (const columns of [[0, 1], [1000, 1100], [1023, 4097], [4999, 5000]]) {
        const cut = NAMES.flatMap((
          _,
          row,
        ) => [...wanted.slice(row * VOCABULARY + columns[0], row * VOCABULARY + columns[1])]);
        assertSameBits([...await valuesOf(mapped("read", 700), { columns })], cut, `columns ${columns}`);
      }
      assert(allFree());
    });
  }
}

Deno.test("a row beyond the store goes the old way: the bits of normalizeRow, whose weights wait in its result", async () => {
  const row = KINDS.wide(2 ** 21 + 3000, 3);
  for (const log of [false, true]) {
    assertSameBits(await valuesOf(normalize(fromArray(row), { log })), normalizeRow(row, { log }), `log ${log}`);
  }
});

Deno.test("a row that the store has is read once", async () => {
  for (const rowMap of Object.values(MAPS)) {
    const { logits, counts } = probeOf({
      shape: SHAPE,
      replay: "reopen",
      chunks: (_, range) => cutChunks(DATA, SHAPE, 700, range),
    });
    await valuesOf(map(logits, rowMap(), { rowCache: 0 }));
    assertEquals(counts.opened, 1);
  }
});

Deno.test("two flows at a time: one has the store, the other reads twice, and both are right", async () => {
  const logits = fromArray(DATA, { vocabulary: VOCABULARY, chunk: 700 });
  const wanted = await valuesOf(normalize(logits)), logs = await valuesOf(normalize(logits, { log: true }));
  for (let lead = 0; lead < 12; lead++) {
    const first = normalize(logits).open().getReader(), second = normalize(logits, { log: true }).open().getReader();
    const found: Chunk[][] = [[], []];
    const take = async (reader: typeof first, into: Chunk[]) => {
      const { done, value } = await reader.read();
      if (!done) into.push(value);
      return !done;
    };
    for (let i = 0; i < lead; i++) await take(first, found[0]);
    while ((await Promise.all([take(first, found[0]), take(second, found[1])])).some(Boolean));
    const [a, b] = found.map((chunks) => chunks.flatMap(({ data }) => [...data]));
    assertSameBits(a, [...wanted], `a lead of ${lead}`);
    assertSameBits(b, [...logs], `a lead of ${lead}, logs`);
    assert(allFree());
  }
});

/** Ways for a flow to end before its logits do. */
const ENDS: Readonly<Record<string, (logits: Logits) => Promise<unknown>>> = {
  "an error of the source": (logits) => assertRejects(() => valuesOf(normalize(logits)), Error, "the line dropped"),
  "an invalid row": (logits) =>
    assertRejects(() => valuesOf(normalize(logits, { onInvalid: "throw" })), Error, "row 3"),
  "an error of a map": (logits) => {
    const emit = () => {
      throw new Error("mine");
    };
    return assertRejects(() => valuesOf(map(logits, { ...logSoftmax(), emit, emitBlock: emit })), Error, "mine");
  },
  "an error of an operator": (logits) => {
    const apply = () => {
      throw new Error("mine");
    };
    const failing = { ...temperature(2), apply };
    return assertRejects(() => valuesOf(normalize(logits.pipe(failing))), Error, "mine");
  },
  "a cancel amid a row": async (logits) => {
    const reader = normalize(logits).open().getReader();
    await reader.read();
    await reader.cancel("enough");
  },
  "a cancel amid a read": async (logits) => {
    const reader = normalize(logits).open().getReader();
    const pending = reader.read();
    await reader.cancel("enough");
    await pending.catch(() => {});
  },
  "an abort amid a row": async (logits) => {
    const stop = new AbortController();
    const reader = normalize(logits).open({ signal: stop.signal }).getReader();
    await reader.read();
    stop.abort(new Error("stop"));
    await assertRejects(() => reader.read(), Error, "stop");
  },
};

for (const [name, end] of Object.entries(ENDS)) {
  Deno.test(`the store comes back after ${name}`, async () => {
    const { logits } = probeOf({
      shape: SHAPE,
      chunks: function* (_, range) {
        yield* [...cutChunks(DATA, SHAPE, 700, range)].slice(0, -1);
        throw new Error("the line dropped");
      },
    });
    await end(logits);
    await new Promise((resolve) => setTimeout(resolve));
    assert(allFree());
  });
}

Deno.test("a chunk that comes after the cancel is not written to a store that others have", async () => {
  let arrive = () => {};
  const { logits } = probeOf({
    shape: SHAPE,
    chunks: async function* (_, range) {
      const [first, second] = cutChunks(DATA, SHAPE, 700, range);
      yield first;
      await new Promise<void>((resolve) => arrive = resolve);
      yield second;
    },
  });
  for (const rowMap of [softmax(), logSoftmax()]) {
    const reader = map(logits, rowMap).open().getReader();
    const pending = reader.read();
    await new Promise((resolve) => setTimeout(resolve));
    await reader.cancel("enough");
    const { arena, memory } = loadKernels(), owner = {};
    const store = arena.lendStore(owner)!;
    const views = [store.weights, store.logits].map((at) => new Float32Array(memory, at, VOCABULARY).fill(7));
    arrive();
    await pending.catch(() => {});
    await new Promise((resolve) => setTimeout(resolve));
    assert(views.every((view) => view.every((x) => x === 7)));
    arena.giveStoreBack(owner);
  }
});

Deno.test("a map whose share is neither true nor false is refused", () => {
  const logits = fromArray([1, 2]);
  const error = assertThrows(() => map(logits, { ...softmax(), share: 1 as never }), ParameterError, "share = 1");
  assertEquals(error.code, "E_PARAM");
  assertEquals(map(logits, { ...softmax(), share: false }).shape.vocabulary, 2);
});
