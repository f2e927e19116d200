// The table is for people: on a terminal by default, aligned, 80 columns unless the terminal is wider.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { inFolder, npy, OCR, sluice } from "./_shell.ts";

Deno.test("a terminal gets a table, anything else NDJSON, unless told otherwise", async () => {
  const args = ["reduce", OCR, "--rows", "0:2"];
  assertMatch((await sluice(args, { terminal: true })).out, /^ +row +max +lse +entropy/);
  assertMatch((await sluice(args)).out, /^\{"row":0,/);
  assertMatch((await sluice([...args, "--format", "table"])).out, /^ +row /);
  assertMatch((await sluice([...args, "--format", "ndjson"], { terminal: true })).out, /^\{"row":0,/);
});

Deno.test("lines fit 80 columns, and use a wider terminal", async () => {
  const args = ["reduce", OCR, "--rows", "22:26", "--top-k", "20", "--target", "1,2", "--rank", "--format", "table"];
  const narrow = (await sluice(args, { terminal: true, columns: 40 })).out.split("\n");
  const wide = (await sluice(args, { terminal: true, columns: 200 })).out.split("\n");
  assert(narrow.every((line) => line.length <= 80), "no line is longer than 80");
  assert(wide.every((line) => line.length <= 200), "no line is longer than the terminal");
  assert(wide.length < narrow.length, "a wider terminal needs fewer lines");
  const starts = narrow.filter((line) => /^ {0,5}\d+ /.test(line));
  assertEquals(starts.length, 4);
});

Deno.test("says what is wrong with a row, its labels and their sum", async () => {
  const rows = Float32Array.of(1, NaN, 2, 1, Infinity, 2, -Infinity, -Infinity, -Infinity, 1e30, 1, -Infinity);
  await inFolder(async (path) => {
    await Deno.writeFile(path("ids.npy"), npy(Int32Array.of(-100, -100, -100, 1), [4], "<i4"));
    const flags = ["--format", "table", "--labels", path("ids.npy"), "--rank", "--specials"];
    const { out } = await sluice(["reduce", "-", ...flags], { input: [npy(rows, [4, 3])] });
    for (const text of ["1 NaN", "1 +Infinity", "all masked", "no label", "1 masked", "rank 2", "1.00e+30"]) {
      assertStringIncludes(out, text);
    }
    assertMatch(out, /\n1 rows with a label: nll .*, perplexity Infinity\n$/);
  });
});
