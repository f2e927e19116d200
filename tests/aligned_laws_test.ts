// The laws of a reducer of aligned streams, for every such reducer of the library, on two and three streams, every backend:
//   1. any cut of the vocabulary, merged in any order and tree, saved and loaded on the way, gives the bits of one read of the whole, and
//      equal content equal bytes: the sums that are signed too;
//   2. `step` over tiles is `stepBlock`; `finish` is repeatable and changes nothing;
//   3. company changes nothing: neither other reducers, nor other streams.
import { assertEquals } from "@std/assert";
import { availableBackends } from "../kernels/mod.ts";
import type { Reducer, Reducers } from "../src/core/mod.ts";
import { finishState, reduceRow, RowState, saveState } from "../src/row/mod.ts";
import { eachRun, kernelsFor, ReducerSet } from "../src/row/inside.ts";
import { alignedRows, KINDS } from "./support/aligned_rows.ts";
import { alignedTable, everyAligned, STREAMS } from "./support/aligned_table.ts";
import { mergeAtRandom, randomCuts } from "./support/cuts.ts";
import { Random } from "./support/random.ts";
import { assertSameBits } from "./support/same_bits.ts";

type Values = Float32Array | Float64Array;
type Rows = Readonly<Record<string, Values>>;

const WIDTHS = [Float32Array, Float64Array];
const ARITHMETICS = [
  ...availableBackends().map((backend) => ({ element: "f32", backend, View: WIDTHS[0] }) as const),
  { element: "f64", backend: "reference", View: WIDTHS[1] } as const,
];

/** One row of each stream. */
function rowOf(all: Rows, row: number, vocabulary: number, View: typeof WIDTHS[number]): Rows {
  return Object.fromEntries(
    Object.entries(all).map((
      [name, values],
    ) => [name, View.from(values.subarray(row * vocabulary, (row + 1) * vocabulary))]),
  );
}

/** What is reduced of some ids of a row. */
function stateOf(
  rows: Rows,
  reducers: Reducers,
  row: number,
  [from, to]: readonly [number, number],
  backend: typeof ARITHMETICS[number]["backend"],
): RowState {
  const values = Object.values(rows), vocabulary = values[0].length;
  const kernels = kernelsFor(values[0] instanceof Float64Array ? "f64" : "f32", backend);
  const state = new RowState(new ReducerSet(reducers, Object.keys(rows)), kernels, row, vocabulary);
  const part = values.map((whole) => whole.subarray(from, to));
  eachRun(kernels, part, row, (run) => state.extend({ ...run, start: from + run.start }));
  return state;
}

/** Without the reducers that may read twice: a state cannot. */
function ofOneRead(reducers: Reducers): Reducers {
  return Object.fromEntries(Object.entries(reducers).filter(([, { second }]) => !second));
}

for (const { element, backend, View } of ARITHMETICS) {
  const where = `${element}, ${backend}`;

  Deno.test(`aligned streams: any cut, merged in any order, gives the bits of one read: ${where}`, () => {
    const random = new Random(31);
    for (const vocabulary of [1, 700, 2900]) {
      const all = alignedRows(random, vocabulary);
      const reducers = everyAligned(vocabulary, KINDS.length);
      KINDS.forEach((kind, index) => {
        const rows = rowOf(all, index, vocabulary, View);
        const whole = stateOf(rows, reducers, index, [0, vocabulary], backend);
        const wanted = finishState(whole, reducers);
        const once = reduceRow(rows, ofOneRead(reducers), { backend, index });
        assertSameBits(once, pick(wanted, once), `${kind} of ${vocabulary}, reduceRow`);
        const cuts = randomCuts(random, vocabulary);
        const parts = cuts.map((cut) => stateOf(rows, reducers, index, cut, backend));
        const merged = mergeAtRandom(random, parts, reducers);
        const said = `${kind} of ${vocabulary}, cut at ${cuts.map(([from]) => from)}`;
        assertSameBits(finishState(merged, reducers), wanted, said);
        assertSameBits(finishState(merged, reducers), wanted, `${said}, again`);
        assertSameBits(saveState(merged), saveState(whole), `${said}: equal content, equal bytes`);
      });
    }
  });

  Deno.test(`aligned streams: tile by tile is what blocks are: ${where}`, () => {
    const vocabulary = 3000, all = alignedRows(new Random(32), vocabulary);
    const reducers = everyAligned(vocabulary, KINDS.length);
    const tiles = Object.fromEntries(
      Object.entries(reducers).map(([name, { stepBlock: _, ...reducer }]) => [name, reducer as Reducer<unknown>]),
    );
    KINDS.forEach((kind, index) => {
      const rows = rowOf(all, index, vocabulary, View);
      assertSameBits(reduceRow(rows, tiles, { backend, index }), reduceRow(rows, reducers, { backend, index }), kind);
    });
  });

  Deno.test(`aligned streams: company changes nothing: ${where}`, () => {
    const vocabulary = 2100, all = alignedRows(new Random(33), vocabulary);
    const reducers = everyAligned(vocabulary, KINDS.length);
    KINDS.forEach((kind, index) => {
      const rows = rowOf(all, index, vocabulary, View);
      const together = reduceRow(rows, reducers, { backend, index });
      for (const [name, reducer] of Object.entries(reducers)) {
        const own = Object.fromEntries(reducer.streams!.map((stream) => [stream, rows[stream]]));
        const { it } = reduceRow(own, { it: reducer }, { backend, index });
        assertSameBits(it, together[name], `${name}, ${kind}`);
      }
    });
  });
}

/** The fields of a record that another one has. */
function pick<T extends object>(record: object, like: T): T {
  return Object.fromEntries(Object.keys(like).map((key) => [key, (record as Record<string, unknown>)[key]])) as T;
}

Deno.test("the table of aligned streams has two streams and three", () => {
  const found = new Set(
    Object.values(alignedTable(10, 1)).flatMap((reducers) => Object.values(reducers)).flatMap(({ streams }) =>
      streams!
    ),
  );
  assertEquals([...found].sort(), [...STREAMS]);
});
