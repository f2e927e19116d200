// Worked numbers of two aligned rows, on float64 to a relative 1e-12, and on f32 rows of every backend within the accuracy promised:
// divergences, soups, curvature, Pearson distance, guidance's cosines.
import { assert, assertEquals } from "@std/assert";
import { availableBackends } from "../../kernels/mod.ts";
import type { Reducer } from "../../src/core/mod.ts";
import { reduceRow } from "../../src/row/mod.ts";
import {
  agreement,
  correlation,
  cosineSimilarity,
  gapVariance,
  jsDivergence,
  klDivergence,
  labelCurvature,
  pearsonDistance,
  renyiDivergence,
  totalVariation,
} from "../../src/reducers/mod.ts";

const X = [1.5, -0.75, 3.25, 0, 2, -2.5];
const T = [1, -0.5, 2.75, 0.25, 2.5, -3];
const U = [0.5, 0.25, 2, -0.5, 1, -1];

/** Student x, teacher t, and a third one. */
const NUMBERS: Readonly<Record<string, readonly [Reducer<number>, number]>> = {
  reverse: [klDivergence("x", "t"), 0.09508621114562654],
  forward: [klDivergence("t", "x"), 0.10701653798363164],
  precise: [klDivergence("x", "t", { precise: true }), 0.09508621114562654],
  js: [jsDivergence("t", "x"), 0.024911688848039112],
  jsLow: [jsDivergence("t", "x", { weight: 0.1 }), 0.009470825151491337],
  jsHigh: [jsDivergence("t", "x", { weight: 0.9 }), 0.008624903741094017],
  jsForward: [jsDivergence("t", "x", { weight: 0, ends: "kl" }), 0.10701653798363164],
  jsReverse: [jsDivergence("t", "x", { weight: 1, ends: "kl" }), 0.09508621114562654],
  tv: [totalVariation("x", "t"), 0.2072663902294322],
  renyiHalf: [renyiDivergence("x", "t", { alpha: 0.5 }), 0.05081080029732998],
  renyiTwo: [renyiDivergence("x", "t", { alpha: 2 }), 0.1621043931316697],
  variance: [gapVariance("x", "t"), 0.16263375907016547],
  correlation: [correlation("x", "t"), 0.9757657262545745],
  pearson: [pearsonDistance("x", "t"), 0.11007786731542706],
  centred: [correlation("x", "u"), 0.9226012754642144],
  cosine: [cosineSimilarity("x", "u"), 0.9286053446526193],
};
const REDUCERS = Object.fromEntries(Object.entries(NUMBERS).map(([name, [reducer]]) => [name, reducer]));

Deno.test("two aligned rows: the worked numbers, in float64", () => {
  const rows = { x: Float64Array.from(X), t: Float64Array.from(T), u: Float64Array.from(U) };
  const found: Readonly<Record<string, unknown>> = reduceRow(rows, REDUCERS);
  for (const [name, [, wanted]] of Object.entries(NUMBERS)) {
    const number = found[name] as number;
    assert(Math.abs(number - wanted) <= 1e-12 * Math.abs(wanted), `${name}: found ${number}, wanted ${wanted}`);
  }
});

Deno.test("two aligned rows: the worked numbers on f32 rows, within the accuracy promised", () => {
  const rows = { x: Float32Array.from(X), t: Float32Array.from(T), u: Float32Array.from(U) };
  for (const backend of availableBackends()) {
    const found: Readonly<Record<string, unknown>> = reduceRow(rows, REDUCERS, { backend });
    for (const [name, [, wanted]] of Object.entries(NUMBERS)) {
      const number = found[name] as number, most = name === "precise" ? 1e-5 * wanted : 2e-6;
      assert(Math.abs(number - wanted) <= most, `${name}, ${backend}: found ${number}, wanted ${wanted}`);
    }
  }
});

Deno.test("from the Renyi divergence: Bhattacharyya distance, squared Hellinger distance, chi-square", () => {
  const rows = { x: Float64Array.from(X), t: Float64Array.from(T) };
  const half = renyiDivergence("x", "t", { alpha: 0.5 }), two = renyiDivergence("x", "t", { alpha: 2 });
  const found = reduceRow(rows, { half, two });
  const near = (a: number, b: number) => assert(Math.abs(a - b) <= 1e-12 * b, `${a}, not ${b}`);
  near(found.half / 2, 0.02540540014866499);
  near(-Math.expm1(-found.half / 2), 0.025085398620086186);
  near(Math.expm1(found.two), 0.1759829994614388);
});

Deno.test("curvature: reference T, score X, label 4", () => {
  const rows = { reference: Float64Array.from(T), score: Float64Array.from(X) };
  const { y, none } = reduceRow(rows, {
    y: labelCurvature("reference", "score", [4]),
    none: labelCurvature("reference", "score", [-100]),
  });
  const wanted = {
    curvature: -0.4396191435779909,
    logprob: -1.6690730110750573,
    mean: -1.2462740226619209,
    variance: 0.9249423980412823,
  };
  for (const [name, number] of Object.entries(wanted)) {
    const found = y![name as "mean"];
    assert(Math.abs(found - number) <= 1e-12 * Math.abs(number), `${name}: found ${found}, wanted ${number}`);
  }
  assertEquals(none, undefined);
});

Deno.test("curvature of one model: its label, its entropy, its varentropy", () => {
  const x = Float64Array.from(X);
  const { y } = reduceRow({ x }, { y: labelCurvature("x", "x", [4]) });
  assert(Math.abs(y!.curvature + 0.7321556899652247) <= 1e-12);
});

Deno.test("agreement of the fixture", () => {
  const rows = { x: Float64Array.from(X), u: Float64Array.from(U) };
  assertEquals(reduceRow(rows, { tops: agreement("x", "u", { k: 4 }) }).tops, {
    agree: true,
    first: 2,
    second: 2,
    overlap: 0.75,
    rankInFirst: 1,
    rankInSecond: 1,
  });
});
