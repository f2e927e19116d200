// The contract of `sluice compare`: fields, their order, the summary, the table, what is refused.
import { assert, assertAlmostEquals, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Comparison } from "../../src/records/mod.ts";
import { reduceRow } from "../../src/row/mod.ts";
import { inFolder, logits, npy, objects, OCR, sluice } from "./_shell.ts";

const X = Float32Array.of(1.5, -0.75, 3.25, 0, 2, -2.5);
const T = Float32Array.of(1, -0.5, 2.75, 0.25, 2.5, -3);
const ROWS = 40, VOCABULARY = 300;

/** A model's rows, and those of its quantisation. */
function models(): { readonly a: Float32Array<ArrayBuffer>; readonly b: Float32Array<ArrayBuffer> } {
  const a = logits(ROWS * VOCABULARY, 3).map((x) => x / 4), noise = logits(ROWS * VOCABULARY, 4);
  return { a, b: a.map((x, i) => x + noise[i] / 200) };
}

Deno.test("a row is one object, its fields in the order of the contract; the last line sums up", async () => {
  await inFolder(async (path) => {
    await Deno.writeFile(path("x.npy"), npy(X, [1, 6]));
    await Deno.writeFile(path("t.npy"), npy(T, [1, 6]));
    const { status, out, err } = await sluice(["compare", path("x.npy"), path("t.npy"), "--top-k", "3"]);
    assertEquals([status, err], [0, ""]);
    const [row, last] = objects(out);
    const { kl, klReverse, js, tv } = row;
    const spread = (x: number) => `{"mean":${x},"median":${x},"p99":${x},"max":${x}}`;
    assertEquals(
      out,
      `{"row":0,"count":6,"kl":${kl},"klReverse":${klReverse},"js":${js},"tv":${tv},"agree":true,"argmax":[2,2],"overlap":1}\n` +
        `{"summary":{"rows":1,"kl":${spread(kl)},"js":${spread(js)},"tv":${spread(tv)},"agreement":1}}\n`,
    );
    assertAlmostEquals(kl, 0.09508621114562654, 2e-6);
    assertAlmostEquals(klReverse, 0.10701653798363164, 2e-6);
    assertAlmostEquals(js, 0.024911688848039112, 2e-6);
    assertAlmostEquals(tv, 0.2072663902294322, 2e-6);
    assertEquals(last.summary.rows, 1);
  });
});

Deno.test("with labels: each row's log-probabilities, both perplexities, and the change with its standard error", async () => {
  await inFolder(async (path) => {
    const { a, b } = models();
    await Deno.writeFile(path("a.npy"), npy(a, [ROWS, VOCABULARY]));
    await Deno.writeFile(path("b.npy"), npy(b, [ROWS, VOCABULARY]));
    const ids = Int32Array.from({ length: ROWS }, (_, i) => i % 7 === 3 ? -100 : (37 * i) % VOCABULARY);
    await Deno.writeFile(path("ids.npy"), npy(ids, [ROWS], "<i4"));
    const { status, out } = await sluice([
      "compare",
      path("a.npy"),
      path("b.npy"),
      "--labels",
      path("ids.npy"),
      "--shift",
    ]);
    assertEquals(status, 0);
    const lines = objects(out), rows = lines.slice(0, -1), { summary } = lines.at(-1);
    assertEquals(Object.keys(rows[0]).at(-1), "label");
    assertEquals(rows[2].label, null, "row 2 is scored against label 3, which is left out");
    assertEquals(rows[0].label.id, ids[1]);
    const labelled = rows.filter(({ label }) => label !== null).map(({ label }) => label.logprob);
    const means = [0, 1].map((s) => labelled.reduce((sum, pair) => sum + pair[s], 0) / labelled.length);
    summary.perplexity.forEach((found: number, s: number) =>
      assertAlmostEquals(found, Math.exp(-means[s]), 1e-9 * found)
    );
    assertAlmostEquals(summary.meanLogRatio, means[0] - means[1], 1e-12);
    const ratios = labelled.map(([p, q]) => p - q - summary.meanLogRatio);
    const error = Math.sqrt(ratios.reduce((sum, d) => sum + d * d, 0) / (ratios.length - 1) / ratios.length);
    assertAlmostEquals(summary.standardError, error, 1e-12);
    assertAlmostEquals(summary.kl.mean, rows.reduce((sum, { kl }) => sum + kl, 0) / ROWS, 1e-12);
    const sorted = rows.map(({ js }) => js).sort((p, q) => p - q);
    assertEquals([summary.js.median, summary.js.p99, summary.js.max], [sorted[19], sorted[39], sorted[39]]);
    assertEquals(summary.agreement, rows.filter(({ agree }) => agree).length / ROWS);
  });
});

Deno.test("a file and a pipe, other chunks and dtypes, the same lines; and with the sources exchanged the reverse", async () => {
  await inFolder(async (path) => {
    const { a, b } = models();
    await Deno.writeFile(path("a.npy"), npy(a, [ROWS, VOCABULARY]));
    await Deno.writeFile(path("b.npy"), npy(b, [ROWS, VOCABULARY]));
    const wanted = await sluice(["compare", path("a.npy"), path("b.npy")]);
    const piped = await sluice(["compare", path("a.npy"), "-", "--chunk", "77"], {
      input: [npy(b, [ROWS, VOCABULARY])],
    });
    assertEquals(piped, wanted);
    await sluice(["compare", path("a.npy"), path("b.npy"), "-o", path("out.ndjson")]);
    assertEquals(await Deno.readTextFile(path("out.ndjson")), wanted.out);
    const turned = objects((await sluice(["compare", path("b.npy"), path("a.npy")])).out);
    objects(wanted.out).slice(0, -1).forEach((row, i) => {
      assertAlmostEquals(turned[i].kl, row.klReverse, 1e-7);
      assertAlmostEquals(turned[i].klReverse, row.kl, 1e-7);
      assertAlmostEquals(turned[i].tv, row.tv, 1e-7);
    });
  });
});

Deno.test("a table for people: the summary, and the rows that are farthest apart", async () => {
  await inFolder(async (path) => {
    const { a, b } = models();
    await Deno.writeFile(path("a.npy"), npy(a, [ROWS, VOCABULARY]));
    await Deno.writeFile(path("b.npy"), npy(b, [ROWS, VOCABULARY]));
    await Deno.writeFile(path("ids.npy"), npy(new Int32Array(ROWS).fill(5), [ROWS], "<i4"));
    const args = ["compare", path("a.npy"), path("b.npy"), "--labels", path("ids.npy")];
    const rows = objects((await sluice(args)).out).slice(0, -1);
    const { out } = await sluice(args, { terminal: true });
    const lines = out.split("\n");
    assertEquals(lines[0], "40 rows");
    assertMatch(lines[1], /^the same best token in \d+\.\d\d %$/);
    assertMatch(lines[2], /^perplexity \d.* \(A\), \d.* \(B\)$/);
    assertMatch(lines[3], /^ln\(B \/ A\) [+-]\d.* \+- \d/);
    for (const name of ["KL(A || B)", "JS", "TV"]) assert(lines.some((line) => line.startsWith(name)), name);
    const worst = rows.toSorted((p, q) => q.kl - p.kl).slice(0, 10).map(({ row }) => row);
    const shown = lines.slice(-11, -1).map((line) => Number(line.trim().split(/\s+/)[0]));
    assertEquals(shown, worst);
  });
});

Deno.test("a row without a distribution says which source it is, and is left out of the summary", async () => {
  await inFolder(async (path) => {
    await Deno.writeFile(path("a.npy"), npy(Float32Array.of(1, 2, 3, 4), [2, 2]));
    await Deno.writeFile(path("b.npy"), npy(Float32Array.of(1, NaN, 3, 4), [2, 2]));
    const { status, out } = await sluice(["compare", path("a.npy"), path("b.npy")]);
    assertEquals(status, 0);
    const [first, second, { summary }] = objects(out);
    assertEquals([first.kl, first.agree, first.argmax], ["NaN", null, [null, null]]);
    assertEquals(first.streams, { B: { nan: 1, posInf: 0, allMasked: false, firstInvalid: 1 } });
    assertEquals(second.streams, undefined);
    assertEquals([summary.rows, summary.invalid, summary.agreement], [2, 1, 1]);
    const thrown = await sluice(["compare", path("a.npy"), path("b.npy"), "--on-invalid", "throw"]);
    assertEquals([thrown.status, thrown.out], [1, ""]);
    assertStringIncludes(thrown.err, 'row 0 of stream "B"');
  });
});

Deno.test("what one masks makes KL infinite, and says so as text", async () => {
  await inFolder(async (path) => {
    await Deno.writeFile(path("a.npy"), npy(Float32Array.of(1, 2, 3), [1, 3]));
    await Deno.writeFile(path("b.npy"), npy(Float32Array.of(1, -Infinity, 3), [1, 3]));
    const [row, { summary }] = objects((await sluice(["compare", path("a.npy"), path("b.npy")])).out);
    assertEquals([row.kl, summary.kl.max, summary.kl.median], ["Infinity", "Infinity", "Infinity"]);
    assert(row.klReverse > 0 && row.js < 0.7 && row.tv < 1);
  });
});

Deno.test("a model with itself, as it is shipped", async () => {
  const { status, out } = await sluice(["compare", OCR, OCR, "--rows", "0:5"]);
  assertEquals(status, 0);
  const { summary } = objects(out).at(-1);
  assertEquals([summary.rows, summary.agreement], [5, 1]);
  assert(summary.kl.max < 1e-6 && summary.tv.max < 1e-6);
});

Deno.test("what cannot be compared is refused in words of the command line", async () => {
  await inFolder(async (path) => {
    await Deno.writeFile(path("a.npy"), npy(logits(12), [2, 6]));
    await Deno.writeFile(path("b.npy"), npy(logits(12), [3, 4]));
    await Deno.writeFile(path("c.npy"), npy(logits(18), [3, 6]));
    await Deno.writeFile(path("d.npy"), npy(Float64Array.from(logits(12)), [2, 6], "<f8"));
    const refusals: [string[], number, string][] = [
      [[path("a.npy")], 2, "Cannot run with one source: wanted two, A B"],
      [[], 2, "Cannot run with no source: wanted two, A B"],
      [[path("a.npy"), path("b.npy"), path("c.npy")], 2, "wanted two sources"],
      [["-", "-"], 2, "Cannot compare standard input with itself"],
      [[path("a.npy"), path("a.npy"), "--shift"], 2, "Cannot use --shift without --labels"],
      [[path("a.npy"), path("a.npy"), "--top-k", "0"], 2, "Cannot use --top-k 0: wanted a whole number of at least 1"],
      [[path("a.npy"), path("b.npy")], 1, 'Cannot compare sources of different vocabularies: "A" has 6, "B" has 4'],
      [[path("a.npy"), path("c.npy")], 1, 'Cannot compare sources of different length: "A" has 2 rows, "B" has 3'],
      [[path("a.npy"), path("d.npy")], 1, 'Cannot compare "B", which is f64, with "A", which is f32'],
      [[path("a.npy"), path("a.npy"), "-o", path("a.npy")], 2, "it is being read"],
      [[path("a.npy"), path("none.npy")], 1, "none.npy"],
    ];
    for (const [args, status, says] of refusals) {
      const outcome = await sluice(["compare", ...args]);
      assertStringIncludes(outcome.err, says);
      assertEquals([outcome.status, outcome.out], [status, ""], outcome.err);
    }
  });
});

Deno.test("beyond 2^20 rows medians are from a histogram, within 0.4 %, and say so", () => {
  const comparison = new Comparison();
  const row = reduceRow({ A: X, B: T }, comparison.reducers);
  const count = 2 ** 20 + 5;
  for (let i = 0; i < count; i++) comparison.add({ ...row, kl: i / count, js: 0 });
  const { rows, kl, js, approximate } = comparison.summary;
  assertEquals([rows, approximate], [count, true]);
  assertAlmostEquals(kl.median, 0.5, 0.004 * 0.5);
  assertAlmostEquals(kl.p99, 0.99, 0.004 * 0.99);
  assertEquals(kl.max, (count - 1) / count);
  assertEquals(js, { mean: 0, median: 0, p99: 0, max: 0 });
});
