// Folds of whole rows, and monitors: the worked numbers, and their identities.
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { fromArray, normalize } from "../../mod.ts";
import { ParameterError } from "../../src/core/mod.ts";
import {
  certify,
  collapseMonitor,
  columnMoments,
  conditionalMutualInformation,
  fold,
  guidanceMonitor,
  rowsOf,
  type ValueRow,
} from "../../src/folds/mod.ts";
import { clopperPearson } from "../../src/folds/_clopper_pearson.ts";
import { erf, normalCdf, normalQuantile } from "../../src/folds/_normal.ts";
import { bernstein, radii } from "../../src/folds/_radii.ts";
import { Random } from "../support/random.ts";

const X = [1.5, -0.75, 3.25, 0, 2, -2.5], T = [1, -0.5, 2.75, 0.25, 2.5, -3];

function softmaxOf(row: readonly number[]): number[] {
  const sum = row.reduce((total, x) => total + Math.exp(x), 0);
  return row.map((x) => Math.exp(x) / sum);
}

function near(found: number, wanted: number, relative = 1e-12): void {
  assert(Math.abs(found - wanted) <= relative * Math.abs(wanted), `found ${found}, wanted ${wanted}`);
}

const klOf = (p: readonly number[], q: readonly number[]) =>
  p.reduce((sum, x, i) => sum + (x > 0 ? x * Math.log(x / q[i]) : 0), 0);

Deno.test("row 47: of two rows of one class it is their Jensen-Shannon divergence", async () => {
  const rows = [X, T].map((row) => ({ probabilities: softmaxOf(row), label: 0 }));
  const { it } = await fold(rows, { it: conditionalMutualInformation({ classes: 1, width: 6 }) });
  near(it.information, 0.024911688848039182);
  near(it.centroidEntropy[0], 1.093384860257235);
});

Deno.test("it is the mean divergence from the centroids, computed in two passes", async () => {
  const random = new Random(6);
  const rows = Array.from({ length: 60 }, () => ({
    probabilities: softmaxOf(X.map(() => 2 * random.normal())),
    label: random.whole(3),
  }));
  const centroids = [0, 1, 2].map((kind) => {
    const own = rows.filter(({ label }) => label === kind);
    return X.map((_, i) => own.reduce((sum, { probabilities }) => sum + probabilities[i], 0) / own.length);
  });
  const wanted = rows.reduce((sum, { probabilities, label }) => sum + klOf(probabilities, centroids[label]), 0) / 60;
  const { it } = await fold(rows, { it: conditionalMutualInformation({ classes: 3, width: 6 }) });
  near(it.information, wanted, 1e-11);
});

Deno.test("rows that are no probabilities are refused, those with NaN counted", async () => {
  const it = conditionalMutualInformation({ classes: 2, width: 2 });
  for (
    const [row, text] of [
      [{ probabilities: [3, -1], label: 0 }, "wanted probabilities"],
      [{ probabilities: [0.5, 0.4], label: 0 }, "sum to"],
      [{ probabilities: [1], label: 0 }, "wanted 2 numbers"],
      [{ probabilities: [1, 0], label: 2 }, "whole number from 0 to 1"],
    ] as const
  ) await assertRejects(() => fold([row], { it }), ParameterError, text);
  const { it: found } = await fold([{ probabilities: [NaN, 1], label: 0 }], { it });
  assertEquals([found.rows, found.invalid, found.information], [0, 1, NaN]);
});

Deno.test("columns far from 0 lose nothing", async () => {
  const rows = [1, 2, 4].map((x) => ({ values: Float64Array.of(x + 2 ** 40, -x) }));
  const { it } = await fold(rows, { it: columnMoments({ width: 2 }) });
  near(it.variance[0], it.variance[1]);
  near(it.mean[1], -7 / 3);
  near(it.variance[1], 14 / 9);
});

Deno.test("the normal distribution and its inverse", () => {
  near(normalCdf(1.959963984540054), 0.975);
  near(normalCdf(-10), 7.619853024160527e-24, 1e-11);
  near(normalQuantile(0.975), 1.959963984540054);
  assertEquals([normalQuantile(0), normalQuantile(1), normalCdf(0)], [-Infinity, Infinity, 0.5]);
  near(erf(0.5), 0.5204998778130465);
  near(erf(3), 0.9999779095030014);
  for (let z = -8; z <= 5; z += 0.37) assertAlmostEquals(normalQuantile(normalCdf(z)), z, 1e-9);
});

Deno.test("row 16: intervals, radii, and the smoothed constant", () => {
  const delta = 0.001 / 6;
  near(bernstein(0.02, 1000, 0.001), 0.03518982320005369);
  near(bernstein(0.02, 1000, delta), 0.041321298625854805);
  near(bernstein(0.01, 1000, delta), 0.03564410563388054);
  const at = (lower: number, upper: number, lipschitz?: number) => radii(0, lower, upper, { sigma: 0.5, lipschitz });
  near(at(0.9 - bernstein(0.02, 1000, delta), 0.05 + bernstein(0.01, 1000, delta)).radius, 0.6106195331182478, 1e-9);
  near(at(0.9 - bernstein(0.02, 1000, 0.001), 0.05 + bernstein(0.01, 1000, 0.001)).radius, 0.6266759600673445, 1e-9);
  near(erf(1 / (2 * Math.SQRT2 * 0.5)), 0.6826894921370859);
  const margin = at(0.95, 0.1, 1);
  near(margin.lipschitzRadius!, 0.8804013697751112);
  near(margin.marginRadius, 0.5326585083590876);
  near(at(0.95, 0.1, 4).lipschitzRadius!, 0.7611477276786975);
});

Deno.test("Clopper and Pearson: the bound is where that many hits have the probability delta", () => {
  near(clopperPearson(10, 10, 0.05), Math.pow(0.05, 1 / 10), 1e-9);
  assertEquals(clopperPearson(10, 0, 0.05), 0);
  // By the whole sum of the binomial distribution.
  const choose = (n: number, k: number): number => k === 0 ? 1 : choose(n - 1, k - 1) * n / k;
  for (const [n, k] of [[12, 5], [40, 33], [25, 1]]) {
    const p = clopperPearson(n, k, 0.01);
    let tail = 0;
    for (let j = k; j <= n; j++) tail += choose(n, j) * p ** j * (1 - p) ** (n - j);
    near(tail, 0.01, 1e-9);
  }
});

Deno.test("certificates grow with the draws, shrink with the maps that are tried, and need two draws", async () => {
  const draw = (i: number) => i % 10 === 0 ? [0.4, 0.6] : [0.95, 0.05];
  const run = async (n: number, maps: number, counts = false) =>
    (await fold(Array.from({ length: n }, (_, i) => ({ values: Array(maps).fill(draw(i)) })), {
      it: certify({ maps, classes: 2, sigma: 0.5, alpha: 0.001, counts }),
    })).it;
  let last = 0;
  for (const n of [100, 1000, 10_000]) {
    const { radius } = await run(n, 1, true);
    assert(radius > last);
    last = radius;
    assert((await run(n, 4)).maps[0].radius < (await run(n, 1)).maps[0].radius);
  }
  const none = await run(1, 1);
  assertEquals([none.class, none.radius, none.maps.length], [undefined, 0, 0]);
  const few = await run(3, 1);
  assertEquals([few.class, few.radius], [undefined, 0]);
  const it = certify({ maps: 1, classes: 2, sigma: 1, alpha: 0.1 });
  await assertRejects(() => fold([{ values: [[NaN, 1]] }], { it }), ParameterError, "from 0 to 1");
  await assertRejects(() => fold([{ values: [[1, 0], [1, 0]] }], { it }), ParameterError, "a list of 1 rows");
});

Deno.test("guidance stops once, and stays; NaN stops nothing", async () => {
  const rows = ReadableStream.from([0.2, NaN, 0.995, 0.1].map((cosine) => ({ deep: { cosine } })));
  const watched = rows.pipeThrough(guidanceMonitor({ threshold: 0.99, field: "deep.cosine" }));
  const found = await Array.fromAsync(watched, ({ monitor }) => [monitor.guided, monitor.event]);
  assertEquals(found, [[true, undefined], [true, undefined], [false, "stop"], [false, undefined]]);
  for (const threshold of [NaN, 2, "1"]) {
    // deno-lint-ignore no-explicit-any
    assertThrows(() => guidanceMonitor({ threshold: threshold as any }), ParameterError);
  }
  const without = ReadableStream.from([{}]).pipeThrough(guidanceMonitor({ threshold: 0.5 }));
  await assertRejects(() => Array.fromAsync(without), ParameterError, 'without "cosine"');
});

Deno.test("collapse goes above and back, rows without a label left out", async () => {
  const logprobs = [-1, -1e-9, undefined, -1e-9, NaN, -1, -1];
  const rows = ReadableStream.from(logprobs.map((logprob) => ({ y: { logprob } })));
  const watched = rows.pipeThrough(collapseMonitor({ window: 2, threshold: 0.5 }));
  const found = await Array.fromAsync(watched, ({ monitor }) => [monitor.rolling, monitor.event]);
  assertEquals(found, [
    [0, undefined],
    [0.5, undefined],
    [0.5, undefined],
    [1, "above"],
    [1, undefined],
    [0.5, "below"],
    [0, undefined],
  ]);
  for (
    const wrong of [{ window: 0, threshold: 1 }, { window: 1, threshold: 2 }, { window: 1, threshold: 1, rest: 0 }]
  ) {
    assertThrows(() => collapseMonitor(wrong), ParameterError);
  }
});

Deno.test("whole rows: of any chunks and dtypes, those of the source; two distributions in one pass", async () => {
  const random = new Random(12), data = Float32Array.from({ length: 5 * 1500 }, () => random.normal());
  for (const chunk of [1, 700, 1500, 4000]) {
    const rows = await Array.fromAsync(rowsOf(fromArray(data, { vocabulary: 1500, chunk })));
    assertEquals(rows.map(({ row }) => row), [0, 1, 2, 3, 4]);
    rows.forEach(({ row, values }) => assertEquals(values, data.slice(1500 * row, 1500 * (row + 1))));
  }
  const [{ values }] = await Array.fromAsync(rowsOf(fromArray(Float64Array.of(0.1, 0.2))));
  assertEquals(values, Float64Array.of(0.1, 0.2));
  const both = normalize(fromArray(Float64Array.from([...X, ...T]), { vocabulary: 6 }));
  const labelled = rowsOf(both).pipeThrough(
    new TransformStream<ValueRow, object>({ transform: (row, to) => to.enqueue({ ...row, label: 0 }) }),
  );
  const { it } = await fold(labelled, {
    it: conditionalMutualInformation({ classes: 1, width: 6, probabilities: "values" }),
  });
  near(it.information, 0.024911688848039182, 1e-11);
  assertThrows(() => rowsOf(both, { rowCache: 47 }), ParameterError, "the row cache is 47");
  // deno-lint-ignore no-explicit-any
  assertThrows(() => rowsOf([1, 2] as any), ParameterError, "wanted logits");
});
