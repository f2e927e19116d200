/** Promise: several rows reduce side by side as each would alone, tile by tile, whatever the order of their names. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { availableBackends, TILE, TILES } from "../../kernels/mod.ts";
import { InvalidLogitError, ParameterError, type Reducer, reduceRow, ShapeError } from "@sluice/sluice";
import { entropy, logSumExp, maximum, topK } from "@sluice/sluice/reducers";
import { Random } from "../support/random.ts";

const random = new Random(5);
const rowOf = (length: number, spread = 4) => Float32Array.from({ length }, () => spread * random.normal());

/** What a step has seen of two streams: exact, so that it can be compared to the bit. */
interface Seen {
  gap: number;
  tiles: number;
}

/** The largest `x - y`, and how many tiles there were. */
function gapOf(x: string, y: string, more: Partial<Reducer<unknown, Seen>> = {}): Reducer<unknown, Seen> {
  return {
    spec: { name: "gap", params: { x, y }, inputs: [] },
    streams: [x, y],
    init: () => ({ gap: -Infinity, tiles: 0 }),
    step(state, a, b) {
      assertEquals([a.row, a.start, a.values.length], [b.row, b.start, b.values.length]);
      a.values.forEach((value, i) => state.gap = Math.max(state.gap, value - b.values[i]));
      state.tiles++;
    },
    merge(into, from) {
      into.gap = Math.max(into.gap, from.gap);
      into.tiles += from.tiles;
    },
    finish: ({ gap, tiles }) => ({ gap, tiles }),
    ...more,
  };
}

/** A reducer of one stream, on one of several. */
// deno-lint-ignore no-explicit-any
function on<T extends Reducer<any>>(stream: string, reducer: T): T {
  return { ...reducer, streams: [stream] };
}

Deno.test("a step gets a segment of each of its streams, in the order of its names", () => {
  for (const length of [1, 1000, TILE, TILE + 1, TILES * TILE + 7, 40_000]) {
    const a = rowOf(length), b = rowOf(length), c = rowOf(length);
    const wanted = (x: Float32Array, y: Float32Array) =>
      x.reduce((most, value, i) => Math.max(most, value - y[i]), -Infinity);
    const row = reduceRow({ a, b, c }, { ab: gapOf("a", "b"), ca: gapOf("c", "a"), bb: gapOf("b", "b") });
    const tiles = Math.ceil(length / TILE);
    assertEquals([row.ab, row.ca, row.bb], [
      { gap: wanted(a, b), tiles },
      { gap: wanted(c, a), tiles },
      { gap: 0, tiles },
    ]);
    assertEquals([row.count, row.partial, row.reads], [length, false, 1]);
  }
});

Deno.test("each stream has the facts, and a reducer on it the results, of the row alone; on every backend", () => {
  const a = rowOf(5000), b = rowOf(5000, 9), own = { lse: logSumExp(), h: entropy(), top: topK(7), best: maximum() };
  for (const backend of availableBackends()) {
    const alone = { a: reduceRow(a, own, { backend }), b: reduceRow(b, own, { backend }) };
    const aligned = Object.fromEntries(
      Object.entries(own).flatMap((
        [name, reducer],
      ) => [[`a_${name}`, on("a", reducer)], [`b_${name}`, on("b", reducer)]]),
    ) as Record<string, Reducer<unknown>>;
    const facts = gapOf("b", "a", {
      needs: "sum",
      finish: (_, row) => [row.logSum, row.of("b").logSum, row.of("a").logSum, row.of("a").of("b").maximum],
    });
    const row: Record<string, unknown> = { ...reduceRow({ a, b }, { ...aligned, facts }, { backend }) };
    for (const name of Object.keys(own) as (keyof typeof own)[]) {
      assertEquals([row[`a_${name}`], row[`b_${name}`]], [alone.a[name], alone.b[name]]);
    }
    const [mine, b2, a2, most] = row.facts as number[];
    assertEquals([mine, most], [b2, alone.b.best.value]);
    assertEquals([alone.a.best.value + a2, alone.b.best.value + b2], [alone.a.lse, alone.b.lse]);
  }
});

Deno.test("several streams run in float64 too, and blocks are given as segments are", () => {
  const a = Float64Array.from(rowOf(3000)), b = Float64Array.from(rowOf(3000));
  const blocks = gapOf("a", "b", {
    stepBlock(state, x, y) {
      assertEquals([x.start, x.count, x.tiles], [y.start, y.count, y.tiles]);
      x.values.forEach((value, i) => state.gap = Math.max(state.gap, value - y.values[i]));
      state.tiles += x.tiles;
    },
  });
  const row = reduceRow({ a, b }, { blocks, steps: gapOf("a", "b") });
  assertEquals(row.blocks, row.steps);
});

Deno.test("a second read gives both streams again", () => {
  const a = rowOf(2500), b = rowOf(2500);
  const twice = gapOf("a", "b", {
    second: () => gapOf("b", "a", { finish: ({ gap }) => ({ back: gap }) }) as Reducer<unknown>,
  });
  const row = reduceRow({ a, b }, { twice });
  assertEquals(row.twice, { back: b.reduce((most, value, i) => Math.max(most, value - a[i]), -Infinity) });
  assertEquals(row.reads, 2);
});

Deno.test("an invalid stream is reported with the row, and named where it throws", () => {
  const a = rowOf(2000), b = rowOf(2000);
  b[1500] = NaN;
  a[1700] = Infinity;
  const row = reduceRow({ a, b }, { best: on("a", maximum()) });
  assertEquals([row.nan, row.posInf, row.allMasked, row.firstInvalid], [1, 1, false, 1500]);
  a[1700] = 0;
  const error = assertThrows(
    () => reduceRow({ a, b }, { best: on("a", maximum()) }, { onInvalid: "throw" }),
    InvalidLogitError,
    'Cannot use row 0 of stream "b": 1 logits are NaN, the first at id 1500',
  );
  assertEquals(error.id, 1500);
  const masked = reduceRow({ a, b: new Float32Array(2000).fill(-Infinity) }, { lse: on("b", logSumExp()) });
  assertEquals([masked.allMasked, masked.lse], [true, -Infinity]);
});

Deno.test("streams and reducers that do not fit are refused, by name", () => {
  const a = rowOf(10), b = rowOf(10);
  const refusals: [() => unknown, new (message: string) => Error, string][] = [
    [() => reduceRow({}, {}), ShapeError, "there are none"],
    [() => reduceRow({ a, b: rowOf(11) }, {}), ShapeError, '"a" has 10 logits in a Float32Array, "b" has 11'],
    [() => reduceRow({ a, b: new Float64Array(10) }, {}), ShapeError, '"b" has 10 logits in a Float64Array'],
    [() => reduceRow({ a, b: new Float32Array() }, {}), ShapeError, 'the row of stream "b": it has no logits'],
    [() => reduceRow({ a, b: [1] as unknown as Float32Array }, {}), ShapeError, 'of stream "b": it is a list'],
    [() => reduceRow({ a, b }, { lse: logSumExp() }), ParameterError, "does not say which of a, b it takes"],
    [() => reduceRow({ a, b }, { gap: gapOf("a", "c") }), ParameterError, 'stream "c" of "gap": there are a, b'],
    [() => reduceRow(a, { gap: gapOf("a", "b") }), ParameterError, "it takes a, b; give it several rows by name"],
    [
      () => reduceRow({ a, b }, { gap: gapOf("a", "b", { finish: (_, row) => row.of("x") }) }),
      ParameterError,
      'the facts of stream "x": there are a, b',
    ],
  ];
  for (const [call, type, message] of refusals) assertThrows(call, type as new () => Error, message);
  assert(reduceRow({ a }, { best: on("a", maximum()) }).best.id !== undefined);
});
