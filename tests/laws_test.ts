// The laws of a reducer, for every reducer of the library, every dtype and every backend:
//   1. any chunking of the logits gives the same bits, by either door into the engine, with operators or without;
//   2. any cut of the vocabulary, merged in any order and tree, saved and loaded on the way, gives the bits of one read, and its state the
//      same bytes;
//   3. `init` is the identity of `merge`, and `merge` is associative and commutative to the bit;
//   4. `step` over tiles is `stepBlock`; `finish` is repeatable and changes nothing;
//   5. `reduce`, `reduceRow` and `collect` agree; a tap changes nothing; company changes nothing.
import { assert, assertEquals } from "@std/assert";
import { availableBackends, type Backend, TILE } from "../kernels/mod.ts";
import type { Dtype, Operator, Reducer, Reducers, Row, RowFacts } from "../src/core/mod.ts";
import { collect, reduce, reduceStates, tap } from "../src/flow/mod.ts";
import { finishState, mergeStates, reduceRow, type RowState, saveState } from "../src/row/mod.ts";
import { logitBias, mask, rechunk, softcap, temperature } from "../src/operators/mod.ts";
import * as reducerRoom from "../src/reducers/mod.ts";
import { topK } from "../src/reducers/mod.ts";
import { fromArray } from "../src/sources/mod.ts";
import { alignedTable } from "./support/aligned_table.ts";
import { mergeAtRandom, randomCuts, sent } from "./support/cuts.ts";
import { decode, encode } from "./support/encode.ts";
import { Random } from "./support/random.ts";
import { everyReducer, reducerTable } from "./support/reducer_table.ts";
import { ROWS, rowsOf } from "./support/rows.ts";
import { assertSameBits } from "./support/same_bits.ts";
import { logitsBy } from "./support/sources.ts";

const NAMES = Object.keys(ROWS);
const CHUNKS = [1, 7, 1000, 1024, 65_537];
/** Every dtype on every backend that takes it. */
const ARITHMETICS: readonly { dtype: Dtype; backend: Backend }[] = [
  ...availableBackends().flatMap((backend) => (["f32", "f16", "bf16"] as const).map((dtype) => ({ dtype, backend }))),
  { dtype: "f64", backend: "reference" },
];
const OPERATORS: readonly Operator[] = [
  temperature(0.7),
  mask({ deny: [3, 1024, 1500, 2099] }),
  softcap(30),
  rechunk(100),
  logitBias({ 5: 1.5, 1030: -Infinity }),
];

for (const { dtype, backend } of ARITHMETICS) {
  for (const operators of [[], OPERATORS]) {
    const piped = operators.length > 0 ? ", with operators" : "";
    Deno.test(`any chunking gives the same bits: ${dtype}, ${backend}${piped}`, async () => {
      const vocabulary = 2100;
      const data = encode(rowsOf(new Random(1), vocabulary), dtype);
      const reducers = everyReducer(vocabulary, NAMES.length);
      const whole = fromArray(data, { vocabulary, dtype, chunk: data.length }).pipe(...operators);
      const wanted = await Array.fromAsync(reduce(whole, reducers, { backend }));
      assertEquals(wanted.length, NAMES.length);
      for (const chunk of operators.length > 0 ? CHUNKS.slice(1) : CHUNKS) {
        for (const door of ["read", "stream"] as const) {
          const logits = logitsBy(door, data, { vocabulary, dtype }, chunk).pipe(...operators);
          const rows = await Array.fromAsync(reduce(logits, reducers, { backend }));
          rows.forEach((row, i) => assertRow(row, wanted[i], `${door} in chunks of ${chunk}, ${NAMES[i]}`));
        }
      }
    });
  }
}

/** `reads` may differ: the cheapest second read depends on what is in hand, the result does not. */
function assertRow(actual: Row<Reducers>, expected: Row<Reducers>, where: string): void {
  assertSameBits({ ...actual, reads: 0 }, { ...expected, reads: 0 }, where);
}

for (const vocabulary of [1, 3, 1023, 1024, 1025, 3 * TILE, 64 * TILE, 64 * TILE + 1, 70_001]) {
  for (const backend of availableBackends()) {
    Deno.test(`any chunking gives the same bits: ${vocabulary} logits a row, ${backend}`, async () => {
      const data = encode(rowsOf(new Random(vocabulary), vocabulary, ["wide", "tied", "lateMaximum"]), "f32");
      const reducers = everyReducer(vocabulary, 3);
      const wanted = await Array.fromAsync(
        reduce(fromArray(data, { vocabulary, chunk: data.length }), reducers, { backend }),
      );
      for (const chunk of vocabulary > 5000 ? [997, 1024, 65_537] : CHUNKS) {
        const rows = await Array.fromAsync(reduce(fromArray(data, { vocabulary, chunk }), reducers, { backend }));
        rows.forEach((row, i) => assertRow(row, wanted[i], `chunks of ${chunk}, row ${i}`));
      }
    });
  }
}

for (const { dtype, backend } of ARITHMETICS) {
  Deno.test(`any cut of the vocabulary, merged in any order, gives the bits of one read: ${dtype}, ${backend}`, async () => {
    const random = new Random(2);
    for (const vocabulary of [1, 700, 2048, 2900]) {
      const data = encode(rowsOf(random, vocabulary), dtype);
      const logits = fromArray(data, { vocabulary, dtype, chunk: 777 });
      const reducers = everyReducer(vocabulary, NAMES.length);
      const whole = await Array.fromAsync(reduceStates(logits, reducers, { backend }));
      const wanted = whole.map((state) => finishState(state, reducers));
      for (let trial = 0; trial < 2; trial++) {
        const cuts = randomCuts(random, vocabulary);
        const parts: RowState[][] = [];
        for (const columns of cuts) {
          parts.push(await Array.fromAsync(reduceStates(logits, reducers, { backend, columns })));
        }
        NAMES.forEach((name, row) => {
          const states = parts.map((part) => part[row]);
          const before = states.map((state) => saveState(state));
          const merged = mergeAtRandom(random, states, reducers);
          assertSameBits(finishState(merged, reducers), wanted[row], `${name}, cut at ${cuts.map(([from]) => from)}`);
          assertEquals(merged.covered, [[0, vocabulary]]);
          assertSameBits(saveState(merged), saveState(whole[row]), `${name}: equal content, equal bytes`);
          states.forEach((state, i) => assertSameBits(saveState(state), before[i], "a merged state"));
        });
      }
    }
  });
}

for (const { dtype, backend } of ARITHMETICS) {
  Deno.test(`states of the whole finish as rows do, and are repeatable: ${dtype}, ${backend}`, async () => {
    const vocabulary = 1500;
    const data = encode(rowsOf(new Random(3), vocabulary), dtype);
    const logits = fromArray(data, { vocabulary, dtype });
    const reducers = withoutRank(everyReducer(vocabulary, NAMES.length));
    const rows = await Array.fromAsync(reduce(logits, reducers, { backend }));
    const states = await Array.fromAsync(reduceStates(logits, reducers, { backend }));
    states.forEach((state, i) => {
      const saved = saveState(state);
      for (let again = 0; again < 2; again++) {
        assertSameBits(finishState(state, reducers), rows[i], `${NAMES[i]}, time ${again}`);
      }
      assertSameBits(saveState(state), saved, NAMES[i]);
      assertSameBits(finishState(sent(state, reducers), reducers), rows[i], `${NAMES[i]}, loaded`);
    });
  });

  Deno.test(`a partial finish disturbs nothing: ${dtype}, ${backend}`, async () => {
    const vocabulary = 2500;
    const data = encode(rowsOf(new Random(4), vocabulary), dtype);
    const logits = fromArray(data, { vocabulary, dtype });
    const reducers = everyReducer(vocabulary, NAMES.length);
    const wanted = (await Array.fromAsync(reduceStates(logits, reducers, { backend })))
      .map((state) => finishState(state, reducers));
    const part = async (from: number, to: number) =>
      await Array.fromAsync(reduceStates(logits, reducers, { backend, columns: [from, to] }));
    const left = await part(0, 500), middle = await part(500, 1500), right = await part(1500, 2500);
    NAMES.forEach((name, row) => {
      const some = mergeStates([left[row], right[row]]);
      const once = finishState(some, reducers, { partial: true });
      assert(once.partial);
      assertEquals(once.count, 1500);
      assertSameBits(finishState(some, reducers, { partial: true }), once, `${name}, again`);
      assertSameBits(finishState(mergeStates([some, middle[row]]), reducers), wanted[row], name);
    });
  });
}

/** Without the reducers that may read twice: a state cannot. */
function withoutRank(reducers: Reducers): Reducers {
  return Object.fromEntries(Object.entries(reducers).filter(([, { second }]) => !second));
}

/** What the engine knows of a row, as a reducer would be told. */
function factsOf(values: Float32Array | Float64Array, backend: Backend, index: number): RowFacts {
  const spy: Reducer<RowFacts> = {
    spec: { name: "facts", params: {}, inputs: [] },
    needs: "squares",
    init: () => null,
    step() {},
    merge() {},
    finish: (_, facts) => facts,
  };
  return reduceRow(values, { facts: spy }, { backend, index }).facts;
}

/** The state of each tile of a row, folded on its own. */
function tileStates(reducer: Reducer<unknown>, values: Float32Array | Float64Array, row: number): unknown[] {
  return Array.from({ length: Math.ceil(values.length / TILE) }, (_, tile) => {
    const state = reducer.init(row);
    reducer.step(state, { values: values.subarray(tile * TILE, (tile + 1) * TILE), row, start: tile * TILE });
    return state;
  });
}

function merged(reducer: Reducer<unknown>, row: number, states: readonly unknown[]): unknown {
  const into = reducer.init(row);
  for (const state of states) reducer.merge(into, state as object);
  return into;
}

for (const [factory, reducers] of Object.entries(reducerTable(4000, NAMES.length))) {
  Deno.test(`a commutative monoid with a repeatable finish: ${factory}`, () => {
    const random = new Random(5);
    const values = encode(rowsOf(random, 4000), "f32") as Float32Array;
    for (const [name, reducer] of Object.entries(reducers)) {
      NAMES.forEach((kind, row) => {
        const where = `${name}, ${kind}`;
        const logits = values.subarray(row * 4000, (row + 1) * 4000);
        const facts = factsOf(logits, "reference", row);
        const finish = (state: unknown) => reducer.finish(state as object, facts);
        const [a, b, c, d] = tileStates(reducer, logits, row);
        const wanted = finish(merged(reducer, row, [a, b, c, d]));
        assertSameBits(
          finish(merged(reducer, row, [merged(reducer, row, [a, b]), merged(reducer, row, [c, d])])),
          wanted,
        );
        assertSameBits(
          finish(merged(reducer, row, [a, merged(reducer, row, [b, merged(reducer, row, [c, d])])])),
          wanted,
        );
        for (let i = 0; i < 6; i++) {
          assertSameBits(finish(merged(reducer, row, random.shuffle([a, b, c, d]))), wanted, `${where}, in any order`);
        }
        const state = merged(reducer, row, [a, b]);
        const alone = finish(state);
        reducer.merge(state as object, reducer.init(row));
        assertSameBits(finish(state), alone, `${where}, init on the right`);
        const left = reducer.init(row);
        reducer.merge(left, state as object);
        assertSameBits(finish(left), alone, `${where}, init on the left`);
        assertSameBits(finish(left), finish(left), `${where}, again`);
      });
    }
  });
}

for (const { dtype, backend } of ARITHMETICS) {
  Deno.test(`tile by tile is what blocks are: ${dtype}, ${backend}`, async () => {
    const vocabulary = 5000;
    const data = encode(rowsOf(new Random(6), vocabulary), dtype);
    const reducers = everyReducer(vocabulary, NAMES.length);
    const logits = fromArray(data, { vocabulary, dtype });
    const wanted = await Array.fromAsync(reduce(logits, reducers, { backend }));
    const rows = await Array.fromAsync(reduce(logits, tileByTile(reducers), { backend }));
    rows.forEach((row, i) => assertSameBits(row, wanted[i], NAMES[i]));
  });

  Deno.test(`reduceRow and collect give what reduce gives: ${dtype}, ${backend}`, async () => {
    const vocabulary = 1100;
    const data = encode(rowsOf(new Random(7), vocabulary), dtype);
    const reducers = everyReducer(vocabulary, NAMES.length);
    const logits = fromArray(data, { vocabulary, dtype });
    const rows = await Array.fromAsync(reduce(logits, reducers, { backend }));
    const wide = decode(data, dtype);
    rows.forEach((wanted, index) => {
      const values = wide.subarray(index * vocabulary, (index + 1) * vocabulary);
      assertSameBits(reduceRow(values, withoutLabel(reducers), { backend, index }), withoutLabel(wanted), NAMES[index]);
    });
    const table = await collect(logits, reducers, { backend }) as unknown as Record<string, unknown>;
    assertEquals(table.rows, NAMES.length);
    rows.forEach((row, i) => assertColumns(table, row as unknown as Record<string, unknown>, i));
  });

  Deno.test(`a tap changes nothing, and its last look at a row is the row: ${dtype}, ${backend}`, async () => {
    if (backend !== availableBackends()[0] && dtype !== "f64") return;
    const vocabulary = 1500;
    const data = encode(rowsOf(new Random(8), vocabulary), dtype);
    const reducers = withoutRank(everyReducer(vocabulary, NAMES.length));
    for (const chunk of [10, 1000, 65_536]) {
      const logits = fromArray(data, { vocabulary, dtype, chunk });
      const wanted = await Array.fromAsync(reduce(logits, reducers, { backend }));
      for (const every of [1, 3]) {
        const looks = new Map<number, Row<Reducers>>();
        const tapped = tap(logits, reducers, (row) => looks.set(row.index, row), { every });
        const rows = await Array.fromAsync(reduce(tapped, reducers, { backend }));
        rows.forEach((row, i) => assertSameBits(row, wanted[i], `${NAMES[i]}, tapped`));
        for (const [index, look] of looks) {
          if (!look.partial) assertSameBits(look, wanted[index], `${NAMES[index]}, looked at`);
        }
        if (every === 1 && chunk === 10) assertEquals(looks.size, NAMES.length);
      }
    }
  });

  Deno.test(`company changes nothing: ${dtype}, ${backend}`, async () => {
    const vocabulary = 2100;
    const data = encode(rowsOf(new Random(9), vocabulary), dtype);
    const logits = fromArray(data, { vocabulary, dtype });
    const reducers = everyReducer(vocabulary, NAMES.length);
    const together = await Array.fromAsync(reduce(logits, reducers, { backend }));
    for (const [name, reducer] of Object.entries(reducers)) {
      const alone = await Array.fromAsync(reduce(logits, { it: reducer }, { backend }));
      alone.forEach(({ it }, i) => assertSameBits(it, together[i][name], `${name}, ${NAMES[i]}`));
    }
  });
}

function tileByTile(reducers: Reducers): Reducers {
  return Object.fromEntries(
    Object.entries(reducers).map(([name, { stepBlock: _, ...reducer }]) => [name, reducer as Reducer<unknown>]),
  );
}

/** A row on its own has no label. */
function withoutLabel<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !name.startsWith("label"))) as T;
}

/** One row of the columns of `collect`, against the row of `reduce`. */
function assertColumns(columns: Record<string, unknown>, row: Record<string, unknown>, i: number): void {
  for (const [name, value] of Object.entries(row)) {
    if (name === "partial" || name === "firstInvalid") continue;
    const column = columns[name];
    if (column instanceof Float64Array) {
      assertSameBits(column[i], value === undefined ? NaN : Number(value), `${name} ${i}`);
    } else if (Array.isArray(value)) {
      const { width, ...fields } = column as { width: number } & Record<string, Float64Array>;
      for (const [key, values] of Object.entries(fields)) {
        for (let at = 0; at < width; at++) {
          assertSameBits(values[i * width + at], value[at]?.[key] ?? NaN, `${name}.${key} ${i}, ${at}`);
        }
      }
    } else {
      for (const [key, values] of Object.entries(column as Record<string, Float64Array>)) {
        assertSameBits(values[i], (value as Record<string, number> | undefined)?.[key] ?? NaN, `${name}.${key} ${i}`);
      }
    }
  }
}

for (const { dtype, backend } of ARITHMETICS) {
  Deno.test(`the k best are those of a sort: ${dtype}, ${backend}`, async () => {
    for (const vocabulary of [10, 1500, 5000]) {
      const data = encode(rowsOf(new Random(10), vocabulary), dtype);
      const wide = decode(data, dtype);
      const sorted = NAMES.map((_, row) => bestOf(wide.subarray(row * vocabulary, (row + 1) * vocabulary)));
      for (const k of [1, 2, 5, 40, 63, 64, 65, 200, 1024, 1500, 2999, 5000]) {
        for (const chunk of [511, 1024, 1 << 20]) {
          const logits = fromArray(data, { vocabulary, dtype, chunk });
          const { top } = await collect(logits, { top: topK(k, { logprob: false }) }, { backend });
          NAMES.forEach((name, row) => {
            const ids = [...top.id.subarray(row * top.width, (row + 1) * top.width)].filter((id) => !Number.isNaN(id));
            assertSameBits(
              Float64Array.from(ids),
              sorted[row].slice(0, k),
              `${name}, k = ${k} of ${vocabulary}, ${chunk}`,
            );
          });
        }
      }
    }
  });
}

/** The ids of a row by logit, then by id; none of an invalid row, and no masked one. */
function bestOf(row: Float32Array | Float64Array): Float64Array {
  if (row.some(Number.isNaN)) return new Float64Array();
  const ids = Float64Array.from(row.keys()).filter((id) => row[id] > -Infinity);
  return ids.sort((a, b) => row[b] === row[a] ? a - b : row[b] - row[a]);
}

Deno.test("nothing read: every reducer finishes", () => {
  const facts: RowFacts = {
    index: 0,
    count: 0,
    vocabulary: 10,
    partial: true,
    maximum: -Infinity,
    logSum: NaN,
    mantissa: 0,
    exponent: 0,
    mean: 0,
    meanSquare: 0,
    nan: 0,
    posInf: 0,
    allMasked: true,
    firstInvalid: undefined,
    of: () => facts,
    know: () => {
      throw new Error("Nobody asked");
    },
  };
  const finished = Object.fromEntries(
    Object.entries(everyReducer(10, 1)).map(([name, reducer]) => [name, reducer.finish(reducer.init(0), facts)]),
  );
  assertEquals(finished.lse, -Infinity);
  assertEquals(finished.best, { value: -Infinity, id: undefined });
  assertEquals(finished.top5, []);
  assertEquals(finished.nats, NaN);
  assertEquals(finished.moments, { count: 0, mean: NaN, variance: NaN, minimum: Infinity });
});

Deno.test("special rows: what every reducer says of them, on every backend", async () => {
  const rows = { masked: [-Infinity, -Infinity], nan: [1, NaN], infinite: [1, Infinity], both: [NaN, Infinity] };
  const reducers = withoutRank(everyReducer(2, 4));
  const wanted = {
    lse: [-Infinity, NaN, Infinity, NaN],
    nats: [NaN, NaN, NaN, NaN],
    bits: [NaN, NaN, NaN, NaN],
    varentropy: [NaN, NaN, NaN, NaN],
    perplexity: [NaN, NaN, NaN, NaN],
    allMasked: [true, false, false, false],
    nan: [0, 1, 0, 1],
    posInf: [0, 0, 1, 1],
    firstInvalid: [undefined, 1, 1, 0],
  };
  for (const { dtype, backend } of ARITHMETICS) {
    const logits = fromArray(encode(Object.values(rows).flat(), dtype), { vocabulary: 2, dtype });
    const found = await Array.fromAsync(reduce(logits, reducers, { backend })) as unknown as Record<string, unknown>[];
    for (const [name, values] of Object.entries(wanted)) {
      assertSameBits(found.map((row) => row[name]), values, `${name}, ${dtype}, ${backend}`);
    }
    assertEquals(found.map(({ best }) => best), [
      { value: -Infinity, id: undefined },
      { value: NaN, id: undefined },
      { value: Infinity, id: 1 },
      { value: NaN, id: undefined },
    ]);
    assertEquals(found.map(({ top1 }) => (top1 as { id: number }[]).map(({ id }) => id)), [[], [], [1], []]);
    const logprobs = found.map(({ target }) => (target as { logprob: number }[])[0].logprob);
    assertEquals(logprobs, [NaN, NaN, NaN, NaN], `${dtype}, ${backend}`);
  }
});

Deno.test("every reducer of the room is in a table of laws", () => {
  const maps = ["softmax", "logSoftmax"];
  const factories = Object.entries(reducerRoom)
    .filter(([name, value]) => typeof value === "function" && !/^[A-Z]/.test(name) && !maps.includes(name))
    .map(([name]) => name);
  const tables = { ...reducerTable(10, 2), ...alignedTable(10, 2) };
  assertEquals(Object.keys(tables).sort(), factories.sort());
});
