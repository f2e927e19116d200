// Promises about what is masked, invalid or unknown in aligned rows: never NaN from a mask, and the row says which stream is at fault.
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { availableBackends } from "../../kernels/mod.ts";
import { ParameterError, type Reducer } from "../../src/core/mod.ts";
import { reduceRow } from "../../src/row/mod.ts";
import {
  agreement,
  correlation,
  entropy,
  gapVariance,
  jsDivergence,
  klDivergence,
  labelCurvature,
  on,
  renyiDivergence,
  totalVariation,
} from "../../src/reducers/mod.ts";

const DIVERGENCES = {
  kl: klDivergence("p", "q"),
  back: klDivergence("q", "p"),
  precise: klDivergence("p", "q", { precise: true }),
  js: jsDivergence("p", "q"),
  tv: totalVariation("p", "q"),
  low: renyiDivergence("p", "q", { alpha: 0.5 }),
  high: renyiDivergence("p", "q", { alpha: 2 }),
  gap: gapVariance("p", "q"),
};

/** Rows of 3,000 logits, of which some are masked. */
function rowOf(isMasked: (id: number) => boolean): Float32Array {
  return Float32Array.from({ length: 3000 }, (_, id) => isMasked(id) ? -Infinity : Math.sin(id));
}

for (const backend of availableBackends()) {
  const options = { backend };

  Deno.test(`what both mask is absent: ${backend}`, () => {
    const rows = { p: rowOf((id) => id % 2 === 1), q: rowOf((id) => id % 2 === 1) };
    const short = {
      p: rows.p.filter((x) => x > -Infinity),
      q: rows.q.filter((x) => x > -Infinity),
    };
    const found = reduceRow(rows, DIVERGENCES, options), wanted = reduceRow(short, DIVERGENCES, options);
    for (const name of Object.keys(DIVERGENCES) as (keyof typeof DIVERGENCES)[]) {
      assertAlmostEquals(found[name], wanted[name], 2e-6, name);
    }
  });

  Deno.test(`what only q masks makes KL infinite, however little it weighs, and nothing NaN: ${backend}`, () => {
    const p = rowOf(() => false);
    p[2500] = -80;
    const rows = { p, q: rowOf((id) => id === 2500) };
    const { kl, back, precise, js, tv, low, high, gap } = reduceRow(rows, DIVERGENCES, options);
    assertEquals([kl, precise, high, gap], [Infinity, Infinity, Infinity, Infinity]);
    for (const number of [back, js, tv, low]) assertAlmostEquals(number, 0, 2e-6);
  });

  Deno.test(`rows that have no id in common are as far apart as can be: ${backend}`, () => {
    const rows = { p: rowOf((id) => id % 2 === 0), q: rowOf((id) => id % 2 === 1) };
    const { kl, back, js, tv, low, high } = reduceRow(rows, DIVERGENCES, options);
    assertEquals([kl, back, low, high], [Infinity, Infinity, Infinity, Infinity]);
    assertAlmostEquals(js, Math.LN2, 2e-6);
    assertAlmostEquals(tv, 1, 2e-6);
  });

  Deno.test(`masks by a very low number are numbers: ${backend}`, () => {
    for (const low of [-1e4, -1e9, -3.4e38]) {
      const hidden = (id: number) => id % 5 === 0;
      const rows = {
        p: rowOf(hidden).map((x) => x === -Infinity ? low : x),
        q: rowOf(hidden).map((x, id) => x === -Infinity ? low : x + (id % 2)),
      };
      const wanted = reduceRow({ p: rowOf(hidden), q: rows.q }, { kl: klDivergence("p", "q") }, options).kl;
      assertAlmostEquals(reduceRow(rows, { kl: klDivergence("p", "q") }, options).kl, wanted, 2e-6, `${low}`);
    }
  });

  Deno.test(`a row with NaN, +Infinity or no allowed token has no divergence; the row says which stream it is: ${backend}`, () => {
    const good = rowOf(() => false);
    for (
      const [bad, report] of [
        [good.with(7, NaN), { nan: 1, posInf: 0, allMasked: false, firstInvalid: 7 }],
        [good.with(9, Infinity), { nan: 0, posInf: 1, allMasked: false, firstInvalid: 9 }],
        [rowOf(() => true), { nan: 0, posInf: 0, allMasked: true, firstInvalid: undefined }],
      ] as const
    ) {
      const row = reduceRow({ p: good, q: bad }, DIVERGENCES, options);
      for (const name of Object.keys(DIVERGENCES)) assertEquals(row[name as "kl"], NaN, name);
      assertEquals(row.streams, { q: report });
    }
  });

  Deno.test(`what reads no invalid stream is answered: ${backend}`, () => {
    const good = rowOf(() => false), bad = good.with(0, NaN);
    const { tv, nats, streams } = reduceRow({ p: good, q: good, r: bad }, {
      tv: totalVariation("p", "q"),
      nats: on("r", entropy()),
    }, options);
    assertAlmostEquals(tv, 0, 2e-6);
    assertEquals(nats, NaN);
    assertEquals(Object.keys(streams!), ["r"]);
  });
}

Deno.test("a valid row has nothing to say of its streams", () => {
  const rows = { p: rowOf(() => false), q: rowOf(() => false) };
  assertEquals(reduceRow(rows, DIVERGENCES).streams, undefined);
});

Deno.test("a label in a row whose reference sees what the score masks: no curvature, and no NaN elsewhere", () => {
  const rows = { reference: Float32Array.of(0, 0), score: Float32Array.of(0, -Infinity) };
  const { y } = reduceRow(rows, { y: labelCurvature("reference", "score", [0]) });
  assertEquals(y, { curvature: NaN, logprob: 0, mean: -Infinity, variance: Infinity });
});

Deno.test("where nothing varies the certain label has no curvature", () => {
  const rows = { reference: Float32Array.of(0, -Infinity), score: Float32Array.of(0, -Infinity) };
  assertEquals(reduceRow(rows, { y: labelCurvature("reference", "score", [0]) }).y!.curvature, 0);
});

Deno.test("agreement lists what is allowed", () => {
  const rows = { a: Float32Array.of(0, -Infinity, 3), b: Float32Array.of(1, 2, -Infinity) };
  const { tops } = reduceRow(rows, { tops: agreement("a", "b", { k: 5 }) });
  assertEquals(tops, {
    agree: false,
    first: 2,
    second: 1,
    overlap: 0.5,
    rankInFirst: undefined,
    rankInSecond: undefined,
  });
});

Deno.test("a flat row has no correlation", () => {
  const rows = { a: Float32Array.of(1, 1, 1), b: Float32Array.of(1, 2, 3) };
  assertEquals(reduceRow(rows, { r: correlation("a", "b") }).r, NaN);
});

Deno.test("unknown streams, and reducers that have or want none, are refused by name", () => {
  const a = Float32Array.of(1, 2), b = Float32Array.of(2, 1);
  const refusals: [() => unknown, string][] = [
    [() => reduceRow({ a, b }, { kl: klDivergence("a", "x") }), 'Cannot find stream "x" of "kl": there are a, b'],
    [() => reduceRow({ a, b }, { h: entropy() }), 'on("a", ...)'],
    [() => reduceRow(a, { kl: klDivergence("a", "b") }), "it takes a, b"],
    [() => on("a", klDivergence("a", "b")), 'on stream "a": it takes a, b already'],
    [() => on("a", undefined as unknown as Reducer<number>), "without a reducer"],
    [() => klDivergence("a", 5 as unknown as string), "q = 5"],
    [() => klDivergence("", "b"), 'p = ""'],
    [() => renyiDivergence("a", "b", { alpha: 1 }), "klDivergence"],
    [() => renyiDivergence("a", "b", { alpha: 0 }), "alpha"],
    [() => jsDivergence("a", "b", { weight: 1.5 }), "weight"],
    [() => agreement("a", "b", { k: 0 }), "k"],
  ];
  for (const [call, says] of refusals) assertThrows(call, ParameterError, says);
});
