// Every reducer against a plain computation of what it says it gives, over rows of every kind, dtype and backend: agreeing with
// itself however it is cut is not enough. Parameters out of range are refused before any read.
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { availableBackends } from "../kernels/mod.ts";
import type { Dtype, Reducers } from "../src/core/mod.ts";
import { reduce, reduceStates } from "../src/flow/mod.ts";
import { reduceRow } from "../src/row/mod.ts";
import { mask, temperature } from "../src/operators/mod.ts";
import {
  entropy,
  type InformationUnit,
  label,
  LabelSummary,
  logSumExp,
  maximum,
  moments,
  specials,
  target,
  topK,
  varentropy,
} from "../src/reducers/mod.ts";
import { fromArray, fromStream } from "../src/sources/mod.ts";
import { decode, encode } from "./support/encode.ts";
import { CompensatedSum, truthOf } from "./support/oracle.ts";
import { Random } from "./support/random.ts";
import { ROWS, rowsOf } from "./support/rows.ts";

const NAMES = Object.keys(ROWS);
const VOCABULARY = 2600;
const IDS = [0, 1, 7, 511, 1024, 2599];
const LABELS = NAMES.map((_, row) => row % 4 === 3 ? -100 : row * 97 % VOCABULARY);

type Row = Float32Array | Float64Array;

function rankOf(row: Row, id: number): number {
  return 1 + row.filter((x) => x > row[id]).length;
}

/** Mean and variance in two reads, compensated. */
function momentsOf(row: Row): { count: number; mean: number; variance: number; minimum: number } {
  const kept = row.filter((x) => x !== -Infinity);
  const first = new CompensatedSum(), second = new CompensatedSum();
  kept.forEach((x) => first.add(x / kept.length));
  const mean = first.value;
  kept.forEach((x) => second.add((x - mean) ** 2 / kept.length));
  return { count: kept.length, mean, variance: second.value, minimum: Math.min(...kept) };
}

function near(found: number, wanted: number, relative: number, what: string): void {
  if (Object.is(found, wanted) || found === wanted) return;
  assert(Math.abs(found - wanted) <= relative * Math.abs(wanted), `${what}: found ${found}, wanted ${wanted}`);
}

function isValid(row: Row): boolean {
  return row.every((x) => x < Infinity) && row.some((x) => x > -Infinity);
}

const ARITHMETICS: { dtype: Dtype; backend: ReturnType<typeof availableBackends>[number] }[] = [
  ...availableBackends().flatMap((backend) => (["f32", "f16", "bf16"] as const).map((dtype) => ({ dtype, backend }))),
  { dtype: "f64", backend: "reference" },
];

for (const { dtype, backend } of ARITHMETICS) {
  Deno.test(`what each reducer says is so: ${dtype}, ${backend}`, async () => {
    const data = encode(rowsOf(new Random(61), VOCABULARY), dtype);
    const wide = decode(data, dtype);
    const logits = fromArray(data, { vocabulary: VOCABULARY, dtype, chunk: 1777 });
    const reducers = {
      best: maximum(),
      top: topK(9),
      m: moments(),
      y: target(IDS, { rank: true }),
      label: label(LABELS, { rank: true }),
      next: label(LABELS, { shift: true }),
      special: specials(),
      lse: logSumExp(),
      v: varentropy(),
    };
    const rows = await Array.fromAsync(reduce(logits, reducers, { backend }));
    rows.forEach((found, index) => {
      const row = wide.subarray(index * VOCABULARY, (index + 1) * VOCABULARY);
      const what = `${NAMES[index]}`;
      const count = (test: (x: number) => boolean) => row.filter(test).length;
      const nan = count(Number.isNaN), posInf = count((x) => x === Infinity), negInf = count((x) => x === -Infinity);
      const invalid = row.findIndex((x) => !(x < Infinity));
      const firstInvalid = invalid < 0 ? undefined : invalid;
      assertEquals(found.special, { nan, posInf, negInf, firstInvalid }, what);
      assertEquals([found.nan, found.posInf, found.allMasked], [nan, posInf, negInf === VOCABULARY], what);
      assertEquals([found.firstInvalid, found.count, found.partial, found.index], [
        firstInvalid,
        VOCABULARY,
        false,
        index,
      ]);
      const shifted = LABELS[index + 1] ?? -100;
      assertEquals(found.next?.id, shifted === -100 ? undefined : shifted, what);
      assertEquals(found.label === undefined, LABELS[index] === -100, what);
      if (!isValid(row)) {
        assertEquals([...found.y, found.label].every((score) => Number.isNaN(score?.logprob ?? NaN)), true, what);
        return;
      }
      const best = row.indexOf(Math.max(...row));
      assertEquals(found.best, { value: row[best] + 0, id: best }, what);
      const wanted = momentsOf(row);
      assertEquals([found.m.count, found.m.minimum], [wanted.count, wanted.minimum + 0], what);
      // Where logits of both signs cancel, a mean is as accurate as they are large.
      const scale = Math.max(...row.filter(Number.isFinite).map(Math.abs));
      assert(
        Math.abs(found.m.mean - wanted.mean) <= 1e-12 * scale,
        `${what}: mean ${found.m.mean}, wanted ${wanted.mean}`,
      );
      const rounding = (1e-13 * scale) ** 2;
      assert(
        found.m.variance === wanted.variance ||
          Math.abs(found.m.variance - wanted.variance) <= 1e-9 * wanted.variance + rounding,
        `${what}: variance ${found.m.variance}, wanted ${wanted.variance}`,
      );
      const truth = truthOf(row);
      for (const score of [...found.y, ...(found.label ? [found.label] : [])]) {
        const { id, logit, logprob, rank } = score;
        assert(Object.is(logit, row[id]), `${what}: logit ${id}`);
        assertEquals(rank, rankOf(row, id), `${what}: rank of ${id}`);
        const exact = row[id] - truth.maximum - truth.logSum;
        const close = logprob === exact || Math.abs(logprob - exact) <= 2e-6 + 2 ** -24 * Math.abs(exact);
        assert(close, `${what}: log-probability of ${id}: found ${logprob}, wanted ${exact}`);
      }
    });
  });
}

Deno.test("moments of float64 logits at the ends of their range", () => {
  const run = (...values: number[]) => reduceRow(Float64Array.from(values), { m: moments() }).m;
  assertEquals(run(1e160, -1e160), { count: 2, mean: 0, variance: Infinity, minimum: -1e160 });
  assertEquals(run(1.7e308, -1.7e308), { count: 2, mean: 0, variance: Infinity, minimum: -1.7e308 });
  assertEquals(run(1.7e308, 1.7e308), { count: 2, mean: 1.7e308, variance: 0, minimum: 1.7e308 });
  assertEquals(run(5e-324, 5e-324), { count: 2, mean: 5e-324, variance: 0, minimum: 5e-324 });
  const large = run(1e150, 3e150);
  near(large.mean, 2e150, 1e-15, "mean");
  near(large.variance, 1e300, 1e-15, "variance");
});

Deno.test("float64 logits at the ends of their range: log-sum-exp, entropy, the best", () => {
  const run = (...values: number[]) =>
    reduceRow(Float64Array.from(values), { lse: logSumExp(), h: entropy(), best: maximum(), top: topK(2) });
  for (const x of [1.7e308, 1e300, 1e20, -1e20, -1e300, -1.7e308, 5e-324, -5e-324]) {
    const two = run(x, x);
    near(two.lse, x + Math.LN2, 1e-13, `lse of twice ${x}`);
    near(two.h, Math.LN2, 1e-12, `entropy of twice ${x}`);
    assertEquals(two.best, { value: x, id: 0 });
    near(two.top[1].logprob, -Math.LN2, 1e-12, `log-probability of ${x}`);
  }
  const apart = run(1.7e308, -1.7e308);
  assertEquals([apart.lse, apart.top[1].logprob], [1.7e308, -Infinity]);
  assert(apart.h < 1e-12);
});

Deno.test("ranks count the larger: ties share one, and a second read agrees with the best", () => {
  const row = Float32Array.from({ length: 5000 }, (_, id) => id % 10);
  const { y, reads } = reduceRow(row, { y: target([9, 8, 0, 4999], { rank: true }) });
  assertEquals(y.map(({ rank }) => rank), [1, 501, 4501, 1]);
  assertEquals(reads, 2);
  const masked = Float32Array.of(1, -Infinity, 3, -Infinity);
  assertEquals(reduceRow(masked, { y: target([1, 3, 0], { rank: true }) }).y.map(({ rank }) => rank), [3, 3, 2]);
});

Deno.test("operators see what the source has, once, before any reducer", async () => {
  const logits = fromArray([1, 2, 3, 4]).pipe(temperature(0.5), mask({ deny: [3] }));
  const [row] = await Array.fromAsync(
    reduce(logits, { best: maximum(), y: target([3], { rank: true }), m: moments() }),
  );
  assertEquals(row.best, { value: 6, id: 2 });
  assertEquals([row.y[0].logit, row.y[0].logprob, row.y[0].rank], [-Infinity, -Infinity, 4]);
  assertEquals([row.m.count, row.m.mean], [3, 4]);
});

Deno.test("parameters out of range are refused before any read", () => {
  for (const k of [0, -1, 1.5, NaN, Infinity]) assertThrows(() => topK(k), RangeError, "k = ");
  for (const id of [-1, 0.5, NaN, Infinity]) assertThrows(() => target([id]), RangeError, "id");
  assertThrows(() => target([]), RangeError, "without ids");
  assertThrows(() => entropy({ unit: "dits" as InformationUnit }), RangeError, "dits");
  for (const id of [1.5, -1, NaN]) assertThrows(() => label([id]), RangeError, "label");
  const logits = fromArray([1, 2, 3, 4], { vocabulary: 2 });
  const wrong: Readonly<Record<string, Reducers>> = {
    "target past the vocabulary": { y: target([2]) },
    "label past the vocabulary": { y: label([0, 2]) },
  };
  for (const [name, reducers] of Object.entries(wrong)) {
    assertThrows(() => reduce(logits, reducers), RangeError, undefined, name);
    assertThrows(() => reduceStates(logits, reducers), RangeError, undefined, name);
  }
  for (const labels of [[0], [0, 1, 0]]) {
    assertThrows(() => reduce(logits, { y: label(labels) }), TypeError, `${labels.length} labels`);
    assertThrows(() => reduceStates(logits, { y: label(labels) }), TypeError, "2 rows");
  }
  assertThrows(() => reduceRow(Float32Array.of(1), { y: target([1]) }), RangeError);
  assertThrows(() => reduceRow(new Float32Array(), {}), TypeError, "no logits");
});

Deno.test("a reducer set that is changed between rows is not mistaken for the old one", () => {
  const reducers: Record<string, Reducers[string]> = { top: topK(1) };
  const row = Float32Array.of(1, 2, 3);
  assertEquals((reduceRow(row, reducers).top as unknown[]).length, 1);
  reducers.top = topK(3);
  assertEquals((reduceRow(row, reducers).top as unknown[]).length, 3);
  reducers.best = maximum();
  assertEquals(reduceRow(row, reducers).best, { value: 3, id: 2 });
});

Deno.test("init is asked only for rows that are there", async () => {
  const asked: number[] = [];
  const mine = {
    spec: { name: "mine", params: {}, inputs: [] },
    init: (row: number) => {
      asked.push(row);
      return null;
    },
    step() {},
    merge() {},
    finish: () => 0,
  };
  const logits = fromArray(new Float32Array(30), { vocabulary: 3 });
  await Array.fromAsync(reduce(logits, { mine }, { rows: [4, 7] }));
  reduceRow(new Float32Array(3), { mine }, { index: 5 });
  await Array.fromAsync(reduceStates(logits, { mine }, { rows: [5, 6], columns: [1, 2] }));
  assert(asked.every((row) => row >= 4 && row < 7), `asked for rows ${asked}`);
});

Deno.test("a summary without rows, of ignored rows, and of an impossible label", () => {
  const summary = new LabelSummary();
  assertEquals([summary.rows, summary.nll, summary.perplexity], [0, NaN, NaN]);
  summary.add(undefined);
  assertEquals(summary.rows, 0);
  summary.add({ id: 0, logit: 0, logprob: 0 });
  assertEquals([summary.rows, summary.nll, summary.perplexity], [1, 0, 1]);
  summary.add({ id: 0, logit: -Infinity, logprob: -Infinity });
  assertEquals([summary.nll, summary.perplexity], [Infinity, Infinity]);
});

Deno.test("labels of a stream of unknown length are counted at its end", async () => {
  for (const count of [1, 2, 3]) {
    const bytes = ReadableStream.from([Float32Array.of(1, 2, 3, 4)]);
    const logits = await fromStream(bytes, { vocabulary: 2, dtype: "f32" });
    const rows = Array.fromAsync(reduce(logits, { y: label(new Array(count).fill(0)) }));
    if (count === 2) assertEquals((await rows).length, 2);
    else await assertRejects(() => rows, TypeError, `${count} labels`);
  }
});
