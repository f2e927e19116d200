// `normalizeRow`: the bits of `normalize`, whichever way its weights go; any row and any `out`, the row itself and lent memory too; whatever
// cannot be is refused before anything is written.
import { assert, assertEquals, assertThrows } from "@std/assert";
import { availableBackends, loadKernels } from "../../kernels/mod.ts";
import {
  fromArray,
  keepTopP,
  lendRow,
  logSumExp,
  normalize,
  normalizeRow,
  penalties,
  reduceRow,
  sampler,
  withTemperature,
} from "@sluice/sluice";
import { expected, KINDS, range } from "../kernels/support.ts";
import { assertSameBits } from "../support/same_bits.ts";
import { takenStores } from "../support/taken_stores.ts";

/** Runs while nobody can have the row store. */
function withoutStore<T>(run: () => T): T {
  using _ = takenStores();
  return run();
}

const KERNELS = [
  ...availableBackends().map((backend) => ({ backend, kernels: loadKernels(backend) })),
  { backend: undefined, kernels: loadKernels(undefined, "f64") },
];

/** What a flow makes of a row. */
async function flowed(row: Float32Array | Float64Array, log: boolean, backend?: "simd") {
  const out = row.slice(), dtype = row instanceof Float64Array ? "f64" as const : "f32" as const;
  const logits = normalize(fromArray(row, { dtype, chunk: 3000 }), { log, ...(backend ? { backend } : {}) });
  for await (const { data, start } of logits.open()) out.set(data as Float32Array, start);
  return out;
}

for (const { backend, kernels } of KERNELS) {
  const as = (row: Float32Array) => kernels.element === "f64" ? Float64Array.from(row) : row;
  const options = backend ? { backend } : {};
  const name = backend ?? "f64";

  Deno.test(`the bits of a flow, of every kind and around every border: ${name}`, async () => {
    for (const kind of Object.keys(KINDS)) {
      for (const length of [1, 7, 1024, 1025, 32_768, 32_769, 70_001]) {
        const row = as(KINDS[kind](length, 3)), copy = row.slice();
        for (const log of [false, true]) {
          const wanted = await flowed(row, log, backend as "simd");
          assertSameBits(normalizeRow(row, { ...options, log }), wanted, `${kind}, ${length}, log ${log}`);
          const out = row.slice();
          withoutStore(() => normalizeRow(out, { ...options, log, out }));
          assertSameBits(out, wanted, `${kind}, ${length}, log ${log}, in place, the store taken`);
          assertSameBits(row, copy, "the row is only read");
        }
      }
    }
  });

  Deno.test(`out may be longer, anywhere, or the row itself: ${name}`, () => {
    for (const length of [5, 1500, 40_000]) {
      const row = as(KINDS.normal(length, 4)), wanted = normalizeRow(row, options);
      for (const shift of [0, 1, 3]) {
        const around = as(new Float32Array(length + 8).fill(7)), out = around.subarray(shift);
        assertEquals(normalizeRow(row, { ...options, out }) === out, true);
        assertSameBits(out.slice(0, length), wanted, `shift ${shift}`);
        assertEquals([...around.subarray(0, shift), ...around.subarray(shift + length)], Array(8).fill(7));
      }
      const both = as(new Float32Array(2 * length + 1));
      both.set(row, 1);
      normalizeRow(both.subarray(1, length + 1), { ...options, out: both.subarray(length + 1) });
      assertSameBits(both.slice(length + 1), wanted, "behind the row");
      assertSameBits(both.slice(1, length + 1), row, "the row stays");
    }
  });

  Deno.test(`an invalid row is NaN, wherever its weights were: ${name}`, () => {
    for (const length of [3, 40_000]) {
      for (const special of [NaN, Infinity]) {
        for (const log of [false, true]) {
          const row = as(KINDS.normal(length, 5));
          row[length - 2] = special;
          for (
            const run of [
              () => normalizeRow(row, { ...options, log }),
              () => withoutStore(() => normalizeRow(row, { ...options, log })),
            ]
          ) {
            assert(run().every(Number.isNaN), `${special}, ${length}`);
          }
          normalizeRow(row, { ...options, log, out: row });
          assert(row.every(Number.isNaN));
        }
      }
      assert(normalizeRow(as(new Float32Array(length).fill(-Infinity)), options).every(Number.isNaN));
    }
  });

  Deno.test(`the store comes back: after a row, and after an error: ${name}`, () => {
    const row = as(KINDS.normal(40_000, 6)), owner = {};
    normalizeRow(row, options);
    assertThrows(() => normalizeRow(row, { ...options, out: row.subarray(1) }), TypeError);
    assert(kernels.arena.lendStore(owner));
    kernels.arena.giveStoreBack(owner);
  });
}

Deno.test("a row beyond the store has the bits of its parts' weights: in the store, in out, in lent memory", () => {
  const row = KINDS.normal(2 ** 21 + 5000, 7), within = row.subarray(0, 2 ** 21);
  const found = normalizeRow(row, { out: row.slice() });
  const { maximum, logSum } = expected(row);
  for (let i = 0; i < row.length; i += 97) {
    const p = Math.exp(row[i] - maximum - logSum);
    assert(Math.abs(found[i] - p) <= 3e-6 * p, `${i}: ${found[i]}, not ${p}`);
  }
  const wanted = normalizeRow(within);
  assertSameBits(withoutStore(() => normalizeRow(within)), wanted, "the store taken");
});

Deno.test("accuracy against float64: offset 1e4, flat, spiked, half masked, tiles far apart", () => {
  const rows = {
    ...Object.fromEntries(Object.entries(KINDS).map(([kind, make]) => [kind, make(50_001, 8)])),
    descending: KINDS.normal(50_001, 9).map((x, i) => x - i / 500),
  };
  for (const { backend } of KERNELS.slice(0, -1)) {
    for (const [name, row] of Object.entries(rows)) {
      const found = normalizeRow(row, { backend: backend! }),
        logs = normalizeRow(row, { backend: backend!, log: true });
      const { maximum, logSum } = expected(row);
      for (let i = 0; i < row.length; i++) {
        const log = row[i] - maximum - logSum, p = Math.exp(log);
        assert(Math.abs(found[i] - p) <= (p > 1e-37 ? 3e-6 * p : 1e-37), `${name}, ${i}: ${found[i]}, not ${p}`);
        if (log === -Infinity) assertEquals([found[i], logs[i]], [0, -Infinity]);
        else {assert(
            Math.abs(logs[i] - log) <= 2e-6 + 2 ** -22 * Math.abs(log),
            `${name}, ${i}: ${logs[i]}, not ${log}`,
          );}
      }
    }
  }
});

Deno.test("lent rows: read and written in place, to the same bits, as row, as out, as both", () => {
  for (const length of [3, 1025, 40_000, 300_000]) {
    const row = KINDS.normal(length, 10);
    using lent = lendRow(length);
    using other = lendRow(length);
    assertEquals([lent.values.length, lent.values.buffer === loadKernels().memory], [length, true]);
    for (const log of [false, true]) {
      const wanted = normalizeRow(row, { log });
      lent.values.set(row);
      assertSameBits(normalizeRow(lent.values, { log }), wanted, "as row");
      assertSameBits(lent.values.slice(), row, "it is only read");
      assertSameBits(normalizeRow(row, { log, out: other.values }).slice(), wanted, "as out");
      assertSameBits(normalizeRow(lent.values, { log, out: other.values }).slice(), wanted, "as both");
      withoutStore(() => normalizeRow(lent.values, { log, out: other.values.fill(0) }));
      assertSameBits(other.values.slice(), wanted, "as both, the store taken");
      withoutStore(() => normalizeRow(lent.values, { log, out: lent.values }));
      assertSameBits(lent.values.slice(), wanted, "in place, the store taken");
      lent.values.set(row);
      assertSameBits(normalizeRow(lent.values, { log, out: lent.values }).slice(), wanted, "in place");
    }
    lent.values.set(row);
    assertSameBits(reduceRow(lent.values, { lse: logSumExp() }), reduceRow(row, { lse: logSumExp() }), "reduceRow");
    const chain = [penalties({ repetition: 1.5 }), withTemperature(0.7), keepTopP(0.9)];
    const draw = (values: Float32Array) => sampler({ chain, seed: 5, details: true, prompt: [0, 1, 2] }).draw(values);
    assertSameBits(draw(lent.values), draw(row), "draw");
    assertSameBits(lent.values.slice(), row, "it is only read");
  }
});

Deno.test("lent rows are apart, come back once, and beyond what there is are memory of their own", () => {
  const lent = range(1, 10).map(() => lendRow(2 ** 18));
  const within = lent.filter(({ values }) => values.buffer === loadKernels().memory);
  assertEquals([within.length, new Set(within.map(({ values }) => values.byteOffset)).size], [8, 8]);
  const [first, second] = lent;
  first.giveBack();
  first.giveBack();
  const again = lendRow(2 ** 18);
  assertEquals(again.values.byteOffset, first.values.byteOffset);
  first.giveBack();
  assert(lendRow(1).values.buffer !== second.values.buffer, "it was given back once");
  [again, ...lent].forEach((row) => row.giveBack());
  using all = lendRow(2 ** 21);
  assertEquals(all.values.buffer === loadKernels().memory, true);
});

Deno.test("wrong arguments are refused, and nothing is written", () => {
  const row = Float32Array.of(1, 2, 3), any = (value: unknown) => value as Float32Array;
  const gone = new Float32Array(3);
  structuredClone(gone, { transfer: [gone.buffer] });
  const refusals: [() => unknown, ErrorConstructor | TypeErrorConstructor, string, string][] = [
    [() => normalizeRow(any([1, 2])), TypeError, "a list", "E_DTYPE"],
    [() => normalizeRow(any(undefined)), TypeError, "undefined", "E_DTYPE"],
    [() => normalizeRow(any(Uint8Array.of(1))), TypeError, "a Uint8Array", "E_DTYPE"],
    [() => normalizeRow(new Float32Array(0)), TypeError, "no logits", "E_EMPTY"],
    [() => normalizeRow(gone), TypeError, "transferred", "E_DETACHED"],
    [() => normalizeRow(row, { out: any(null) }), TypeError, "null", "E_DTYPE"],
    [() => normalizeRow(row, { out: any([0, 0, 0]) }), TypeError, "a list, wanted a Float32Array", "E_DTYPE"],
    [() => normalizeRow(row, { out: any(new Float64Array(3)) }), TypeError, "wanted a Float32Array", "E_DTYPE"],
    [
      () => normalizeRow(Float64Array.of(1), { out: any(new Float32Array(3)) as never }),
      TypeError,
      "wanted a Float64Array",
      "E_DTYPE",
    ],
    [
      () => normalizeRow(row, { out: new Float32Array(2) }),
      TypeError,
      "2 places, wanted at least the row's 3",
      "E_SHAPE",
    ],
    [() => normalizeRow(row, { out: gone }), TypeError, "transferred", "E_DETACHED"],
    [() => normalizeRow(row.subarray(0, 2), { out: row.subarray(1) }), TypeError, "overlaps", "E_SHAPE"],
    [() => normalizeRow(row.subarray(1), { out: row }), TypeError, "overlaps", "E_SHAPE"],
    [() => normalizeRow(row, { log: 1 as never }), Error, "true or false", "E_PARAM"],
    [() => normalizeRow(row, { backend: "gpu" as never }), Error, "backend gpu", "E_PARAM"],
    [() => normalizeRow(row, { temperature: 1 } as never), Error, "temperature", "E_PARAM"],
    [() => normalizeRow(row, null as never), Error, "options = null", "E_PARAM"],
    [() => lendRow(0), Error, "length of lendRow 0", "E_PARAM"],
    [() => lendRow(1.5), Error, "length of lendRow 1.5", "E_PARAM"],
    [() => lendRow(NaN), Error, "NaN", "E_PARAM"],
    [() => lendRow("3" as never), Error, '"3"', "E_PARAM"],
  ];
  for (const [run, type, message, code] of refusals) {
    const error = assertThrows(run, type, message) as Error & { code: string };
    assertEquals(error.code, code, `${run}`);
  }
  assertEquals([...row], [1, 2, 3]);
});

Deno.test("parts of one array that do not overlap will do", () => {
  const array = Float32Array.of(1, 2, 3, 0, 0, 0);
  normalizeRow(array.subarray(0, 3), { out: array.subarray(3) });
  assertEquals([...array.subarray(0, 3)], [1, 2, 3]);
  assertSameBits(array.slice(3), normalizeRow(Float32Array.of(1, 2, 3)), "beside it");
});
