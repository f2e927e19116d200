// Promise: a last temperature is divided by inside the sweep, operators that look at no id go over many tiles in one call, and nobody can
// tell: results are those of logits that were divided before, to the bit, whatever the dtype, backend, cut, reducer or map.
import { assert, assertEquals } from "@std/assert";
import { availableBackends, type Backend, TILE } from "../../kernels/mod.ts";
import type { Dtype, Operator, Reducers } from "../../src/core/mod.ts";
import { collect, map, normalize, reduce, reduceStates } from "../../src/flow/mod.ts";
import { finishState, mergeStates } from "../../src/row/mod.ts";
import { logitBias, mask, rechunk, softcap, temperature } from "../../src/operators/mod.ts";
import { label, maximum, target, topK } from "../../src/reducers/mod.ts";
import { fromArray } from "../../src/sources/mod.ts";
import { decode, encode } from "../support/encode.ts";
import { Random } from "../support/random.ts";
import { everyReducer } from "../support/reducer_table.ts";
import { ROWS, rowsOf } from "../support/rows.ts";
import { assertSameBits } from "../support/same_bits.ts";
import { logitsBy } from "../support/sources.ts";
import { takenStores } from "../support/taken_stores.ts";
import { applied } from "./_apply.ts";

const NAMES = Object.keys(ROWS);
const ARITHMETICS: readonly { dtype: Dtype; backend: Backend }[] = [
  ...availableBackends().flatMap((backend) => (["f32", "f16", "bf16"] as const).map((dtype) => ({ dtype, backend }))),
  { dtype: "f64", backend: "reference" },
];
/** Common ones, and those that make quotients overflow, vanish or coincide. */
const TEMPERATURES = [0.7, 3, 1, 1e-37, 1e-45, 3e38, 1e30];

/** The logits divided by hand. */
function dividedBy<T extends Float32Array | Float64Array>(values: T, t: number): T {
  const by = values instanceof Float32Array ? Math.fround(t) : t;
  return values.map((x) => x / by) as T;
}

async function rowsFrom(rows: AsyncIterable<object>): Promise<object[]> {
  // How often a row is read depends on where it lies.
  return (await Array.fromAsync(rows)).map((row) => ({ ...row, reads: 0 }));
}

for (const { dtype, backend } of ARITHMETICS) {
  Deno.test(`every reducer after a temperature, in any chunking: ${dtype}, ${backend}`, async () => {
    const vocabulary = 2100;
    const data = encode(rowsOf(new Random(3), vocabulary), dtype);
    const reducers = everyReducer(vocabulary, NAMES.length);
    for (const t of TEMPERATURES) {
      const wanted = await rowsFrom(
        reduce(fromArray(dividedBy(decode(data, dtype), t), { vocabulary }), reducers, { backend }),
      );
      for (const [door, chunk] of [["read", 65_536], ["stream", 1000], ["stream", 65_537]] as const) {
        const logits = logitsBy(door, data, { vocabulary, dtype }, chunk).pipe(temperature(t));
        const rows = await rowsFrom(reduce(logits, reducers, { backend }));
        rows.forEach((row, i) => assertSameBits(row, wanted[i], `T ${t}, ${door} in chunks of ${chunk}, ${NAMES[i]}`));
      }
    }
  });

  Deno.test(`softmax and log-softmax after a temperature, with the row store and without: ${dtype}, ${backend}`, async () => {
    const data = encode(rowsOf(new Random(4), 2100), dtype);
    for (const vocabulary of [2100, data.length]) {
      for (const [t, log] of [[0.7, false], [0.7, true], [1e-37, false], [3e38, false], [3e38, true]] as const) {
        const divided = fromArray(dividedBy(decode(data, dtype), t), { vocabulary });
        const wanted = await valuesOf(divided, { log, backend });
        for (const chunk of [1000, 65_536]) {
          const logits = fromArray(data, { vocabulary, dtype, chunk }).pipe(temperature(t));
          assertSameBits(await valuesOf(logits, { log, backend }), wanted, `T ${t}, log ${log}`);
          using _ = takenStores();
          assertSameBits(await valuesOf(logits, { log, backend }), wanted, `T ${t}, log ${log}, no store`);
        }
      }
    }
  });
}

async function valuesOf(
  logits: Parameters<typeof normalize>[0],
  options: Parameters<typeof normalize>[1],
): Promise<Float64Array> {
  const chunks = await Array.fromAsync(normalize(logits, options).open());
  return Float64Array.from(chunks.flatMap(({ data }) => [...data]));
}

for (const vocabulary of [1, 3, 1023, 1024, 1025, 3 * TILE, 32 * TILE + 1, 70_001]) {
  for (const backend of availableBackends()) {
    Deno.test(`a temperature of rows of ${vocabulary}, and of their parts: ${backend}`, async () => {
      const data = Float32Array.from(rowsOf(new Random(vocabulary), vocabulary, ["wide", "tied", "lateMaximum"]));
      const reducers = everyReducer(vocabulary, 3);
      const wanted = await rowsFrom(reduce(fromArray(dividedBy(data, 0.7), { vocabulary }), reducers, { backend }));
      for (const chunk of [997, 65_536]) {
        const logits = fromArray(data, { vocabulary, chunk }).pipe(temperature(0.7));
        assertSameBits(await rowsFrom(reduce(logits, reducers, { backend })), wanted, `in chunks of ${chunk}`);
        assertSameBits(
          await columnsOf(logits, backend),
          await columnsOf(fromArray(dividedBy(data, 0.7), { vocabulary }), backend),
          "collect",
        );
        const plain = { best: maximum(), top: topK(5), at: target([vocabulary - 1]) };
        const whole = await Array.fromAsync(
          reduce(fromArray(dividedBy(data, 0.7), { vocabulary }), plain, { backend }),
        );
        const cuts = [0, Math.floor(vocabulary / 3), Math.floor(vocabulary * 0.6), vocabulary];
        const parts = [];
        for (let i = 1; i < cuts.length; i++) {
          if (cuts[i - 1] === cuts[i]) continue;
          const columns = [cuts[i - 1], cuts[i]] as const;
          parts.push(await Array.fromAsync(reduceStates(logits, plain, { columns, backend })));
        }
        for (let row = 0; row < 3; row++) {
          const merged = finishState(mergeStates(parts.map((states) => states[row])), plain);
          assertSameBits({ ...merged, reads: 0 }, { ...whole[row], reads: 0 }, `row ${row} merged`);
        }
      }
    });
  }
}

async function columnsOf(logits: Parameters<typeof collect>[0], backend: Backend): Promise<object> {
  return await collect(logits, { best: maximum(), top: topK(3) }, { backend });
}

/** Rows whose quotients coincide where the logits do not: neighbours in float32, up, down and shuffled. */
const TIES: Readonly<Record<string, (random: Random, length: number) => Float32Array>> = {
  rising: (_, length) => neighbours(length, (i) => i),
  falling: (_, length) => neighbours(length, (i) => -i),
  shuffled: (random, length) => neighbours(length, () => random.whole(length)),
  negative: (random, length) => neighbours(length, () => random.whole(length)).map((x) => -x),
  subnormal: (random, length) => Float32Array.from({ length }, () => (random.whole(41) - 20) * 2 ** -149),
  zeros: (random, length) => Float32Array.from({ length }, () => [0, -0, 2 ** -149, -(2 ** -149)][random.whole(4)]),
  huge: (random, length) => Float32Array.from({ length }, () => (random.whole(9) - 4) * 8e37),
  masked: (random, length) => neighbours(length, () => random.whole(9)).map((x, i) => i % 3 ? -Infinity : x),
  infinite: (random, length) => Float32Array.from({ length }, (_, i) => i % 50 ? random.normal() : Infinity),
};

function neighbours(length: number, step: (i: number) => number): Float32Array {
  const bits = Int32Array.from({ length }, (_, i) => 0x40000000 + step(i));
  return new Float32Array(bits.buffer);
}

for (const backend of availableBackends()) {
  Deno.test(`top-k, maximum and ranks after a temperature tie by id where quotients coincide: ${backend}`, async () => {
    const random = new Random(8), length = 5000;
    let coincide = 0;
    for (const [name, make] of Object.entries(TIES)) {
      const row = make(random, length);
      for (const t of [3, 0.7, 1.0000001, 1e-37, 1e-45, 3e38]) {
        const reducers: Reducers = {
          ...Object.fromEntries([1, 2, 5, 64, 65, 1100].map((k) => [`top${k}`, topK(k)])),
          bare: topK(7, { logprob: false }),
          best: maximum(),
          ranks: label([1234], { rank: true }),
        };
        const divided = dividedBy(row, t);
        if (new Set(divided).size < new Set(row).size) coincide++;
        for (const only of [reducers, { bare: reducers.bare, best: reducers.best }]) {
          const wanted = await rowsFrom(reduce(fromArray(divided), only, { backend }));
          for (const chunk of [777, 65_536]) {
            const found = await rowsFrom(reduce(fromArray(row, { chunk }).pipe(temperature(t)), only, { backend }));
            assertSameBits(found, wanted, `${name}, T ${t}`);
          }
        }
      }
    }
    assert(coincide > 20);
  });
}

Deno.test("any chain of operators is what they make of a row one by one", async () => {
  const random = new Random(9), vocabulary = 40_000;
  const row = Float32Array.from(rowsOf(random, vocabulary, ["wide"]));
  const own: Operator = {
    ...temperature(2),
    apply: ({ values, start }) => void values.forEach((x, i) => values[i] = x + (start + i) % 3),
  };
  const chains: readonly Operator[][] = [
    [temperature(0.7), mask({ deny: [3, 39_999] })],
    [softcap(30), temperature(0.7)],
    [temperature(2), softcap(5), logitBias({ 5: 1 }), mask({ deny: [9] }), temperature(0.5), rechunk(100)],
    [temperature(2), temperature(3)],
    [logitBias({ 5: 1 }), softcap(9)],
    [own],
    [own, temperature(0.5), own],
  ];
  const reducers = { best: maximum(), top: topK(50) };
  for (const [i, chain] of chains.entries()) {
    const values = chain.reduce((values, operator) => operator.reshapes ? values : applied(operator, values), row);
    const wanted = await rowsFrom(reduce(fromArray(values), reducers));
    for (const chunk of [997, 65_536]) {
      const logits = fromArray(row, { chunk }).pipe(...chain);
      assertSameBits(await rowsFrom(reduce(logits, reducers)), wanted, `chain ${i}`);
    }
  }
});

Deno.test("an operator made of a temperature has its own apply called", async () => {
  const calls: number[] = [];
  const counted: Operator = { ...temperature(2), apply: ({ start }) => void calls.push(start) };
  const logits = fromArray(new Float32Array(3000).fill(4)).pipe(counted);
  const [{ best }] = await Array.fromAsync(reduce(logits, { best: maximum() }));
  assertEquals(best, { value: 4, id: 0 });
  assertEquals(calls, [0, 1024, 2048]);
});

Deno.test("a reducer or a map of one's own sees quotients, and the source's memory stays as it is", async () => {
  const row = Float32Array.from({ length: 3000 }, (_, i) => i);
  const sum = {
    spec: { name: "own", params: {}, inputs: [] },
    init: () => ({ sum: 0 }),
    step: (state: { sum: number }, { values }: { values: Float32Array | Float64Array }) =>
      void values.forEach((x) => state.sum += x),
    merge: (into: { sum: number }, { sum }: { sum: number }) => void (into.sum += sum),
    finish: ({ sum }: { sum: number }) => sum,
  };
  const halved = fromArray(row).pipe(temperature(2));
  const [found] = await Array.fromAsync(reduce(halved, { sum, again: sum }));
  assertEquals([found.sum, found.again], [3000 * 2999 / 4, 3000 * 2999 / 4]);
  const same = {
    spec: { name: "same", params: {}, inputs: [] },
    needs: "maximum" as const,
    emit: ({ values }: { values: Float32Array | Float64Array }, out: Float32Array | Float64Array) => out.set(values),
  };
  const chunks = await Array.fromAsync(map(halved, same).open());
  assertEquals(chunks.flatMap(({ data }) => [...data]), [...row].map((x) => x / 2));
  assertEquals(row, Float32Array.from({ length: 3000 }, (_, i) => i));
});
