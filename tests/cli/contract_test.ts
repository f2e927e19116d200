// The contract of `sluice reduce` that scripts rely on: fields, their order, the text of numbers.
import { assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { inFolder, logits, npy, objects, sluice } from "./_shell.ts";

const ROW = Float32Array.of(1.5, -0.75, 3.25, 0, 2, -2.5);

Deno.test("a row is one object, its fields in the order of the contract", async () => {
  const { status, out, err } = await sluice(["reduce", "-", "--top-k", "1"], { input: [npy(ROW, [6])] });
  assertEquals([status, err], [0, ""]);
  const [row] = objects(out);
  const { lse, entropy, top: [{ logprob }] } = row;
  assertEquals(
    out,
    `{"row":0,"count":6,"max":3.25,"argmax":2,"lse":${lse},"entropy":${entropy},` +
      `"top":[{"id":2,"logit":3.25,"logprob":${logprob}}],"nan":0,"posInf":0,"allMasked":false}\n`,
  );
  assertAlmostEquals(lse, 3.66907301, 1e-6);
  assertAlmostEquals(entropy, 0.99768886, 1e-6);
  assertAlmostEquals(logprob, 3.25 - 3.66907301, 1e-6);
});

Deno.test("what is asked for comes after, in the order of the contract", async () => {
  await inFolder(async (path) => {
    await Deno.writeFile(path("ids.npy"), npy(Int32Array.of(1), [1], "<i4"));
    const flags = ["--target", "4,5", "--labels", path("ids.npy"), "--rank", "--specials"];
    const { out } = await sluice(["reduce", "-", ...flags], { input: [npy(ROW, [6])] });
    const [row, last] = objects(out);
    assertEquals(Object.keys(row).slice(-5), ["allMasked", "target", "label", "rank", "negInf"]);
    assertEquals(row.target.map(Object.keys), Array(2).fill(["id", "logit", "logprob", "rank"]));
    assertEquals(row.target.map(({ id, logit, rank }: Record<string, number>) => [id, logit, rank]), [
      [4, 2, 2],
      [5, -2.5, 6],
    ]);
    assertEquals(Object.keys(row.label), ["id", "logit", "logprob"]);
    assertEquals([row.label.id, row.label.logit, row.rank, row.negInf], [1, -0.75, 5, 0]);
    assertEquals(last, { summary: { rows: 1, nll: -row.label.logprob, perplexity: last.summary.perplexity } });
    assertAlmostEquals(last.summary.perplexity, Math.exp(-row.label.logprob), 1e-5);
  });
});

Deno.test("without --rank, targets have none; five tokens are listed unless asked otherwise", async () => {
  const { out } = await sluice(["reduce", "-", "--target", "3"], { input: [npy(ROW, [6])] });
  const [row] = objects(out);
  assertEquals(Object.keys(row.target[0]), ["id", "logit", "logprob"]);
  assertEquals(row.top.map(({ id }: { id: number }) => id), [2, 4, 0, 3, 1]);
});

Deno.test("--top-k 0 gives no list, in objects and in a table", async () => {
  const listed = await sluice(["reduce", "-"], { input: [npy(ROW, [6])] });
  const { status, out } = await sluice(["reduce", "-", "--top-k", "0"], { input: [npy(ROW, [6])] });
  const { top: _, ...rest } = objects(listed.out)[0];
  assertEquals([status, out], [0, JSON.stringify(rest) + "\n"]);
  const flags = ["--top-k", "0", "--target", "3", "--format", "table"];
  const table = await sluice(["reduce", "-", ...flags], { input: [npy(ROW, [6])] });
  const [head, row] = table.out.split("\n");
  assertMatch(head, /^ +row +max +lse +entropy$/);
  assertMatch(row, /^ +0 +3\.2500 +3\.6691 +0\.9977 target 3 logprob -3\.6691$/);
});

Deno.test("invalid rows are reported, and their numbers are strings", async () => {
  const rows = Float32Array.of(1, NaN, 2, 1, Infinity, 2, -Infinity, -Infinity, -Infinity, 1, -Infinity, 1);
  const flags = ["--top-k", "2", "--target", "0", "--rank", "--specials"];
  const { status, out } = await sluice(["reduce", "-", ...flags], { input: [npy(rows, [4, 3])] });
  const [nan, inf, masked, fine] = objects(out);
  assertEquals(status, 0);
  assertEquals([nan.nan, nan.max, nan.argmax, nan.lse, nan.entropy, nan.top], [1, "NaN", null, "NaN", "NaN", []]);
  assertEquals([nan.target[0].logprob, nan.target[0].rank], ["NaN", null]);
  assertEquals([inf.posInf, inf.max, inf.argmax, inf.lse, inf.entropy], [1, "Infinity", 1, "Infinity", "NaN"]);
  assertEquals([masked.allMasked, masked.max, masked.argmax, masked.lse], [true, "-Infinity", null, "-Infinity"]);
  assertEquals([masked.entropy, masked.top, masked.negInf], ["NaN", [], 3]);
  assertEquals([fine.allMasked, fine.argmax, fine.negInf, fine.top.length], [false, 0, 1, 2]);
});

Deno.test("equal logits give equal text for any chunk", async () => {
  await inFolder(async (path) => {
    await Deno.writeFile(path("a.npy"), npy(logits(3 * 2500), [3, 2500]));
    await Deno.writeFile(path("ids.npy"), npy(Int16Array.of(2499, 0, 1024), [3], "<i2"));
    const flags = ["--target", "7,2000", "--labels", path("ids.npy"), "--rank", "--specials", "--temperature", "0.7"];
    const whole = await sluice(["reduce", path("a.npy"), ...flags]);
    assertEquals(whole.status, 0);
    for (const chunk of [1, 7, 1000, 1024, 2500, 7500]) {
      assertEquals(await sluice(["reduce", path("a.npy"), ...flags, "--chunk", String(chunk)]), whole);
    }
    const bytes = await Deno.readFile(path("a.npy"));
    const cuts = [0, 3, 130, 5001, bytes.length].map((from, i, all) => bytes.subarray(from, all[i + 1]));
    assertEquals(await sluice(["reduce", "-", ...flags], { input: cuts }), whole);
  });
});

Deno.test("rows keep the source's numbers, and labels follow them", async () => {
  await inFolder(async (path) => {
    await Deno.writeFile(path("a.npy"), npy(logits(5 * 8), [5, 8]));
    await Deno.writeFile(path("ids.npy"), npy(BigInt64Array.of(1n, 2n, -100n, 4n, 5n), [5], "<i8"));
    const all = objects((await sluice(["reduce", path("a.npy"), "--labels", path("ids.npy")])).out);
    const part = objects((await sluice(["reduce", path("a.npy"), "--labels", path("ids.npy"), "--rows", "1:3"])).out);
    assertEquals(part.slice(0, 2), all.slice(1, 3));
    assertEquals([part[0].label.id, part[1].label, part[2].summary.rows], [2, null, 1]);
    assertEquals(all[5].summary.rows, 4);
  });
});

Deno.test("--shift scores a row against the next label", async () => {
  await inFolder(async (path) => {
    await Deno.writeFile(path("a.npy"), npy(logits(3 * 8), [3, 8]));
    await Deno.writeFile(path("ids.npy"), npy(Uint8Array.of(1, 2, 3), [3], "|u1"));
    const { out } = await sluice(["reduce", path("a.npy"), "--labels", path("ids.npy"), "--shift", "--rank"]);
    const rows = objects(out);
    assertEquals(rows.slice(0, 3).map(({ label }) => label?.id ?? null), [2, 3, null]);
    assertEquals(rows[2].rank, null);
    assertEquals(rows[3].summary.rows, 2);
  });
});

Deno.test("raw bytes of every dtype, from a file and from standard input", async () => {
  const raw: Record<string, Uint8Array> = {
    f32: new Uint8Array(Float32Array.of(1, 2, 3).buffer),
    f64: new Uint8Array(Float64Array.of(1, 2, 3).buffer),
    f16: new Uint8Array(Uint16Array.of(0x3c00, 0x4000, 0x4200).buffer),
    bf16: new Uint8Array(Uint16Array.of(0x3f80, 0x4000, 0x4040).buffer),
  };
  await inFolder(async (path) => {
    for (const [dtype, bytes] of Object.entries(raw)) {
      await Deno.writeFile(path(`a.${dtype}`), bytes);
      const named = await sluice(["reduce", path(`a.${dtype}`), "--vocabulary", "3"]);
      const piped = await sluice(["reduce", "-", "--vocabulary", "3", "--dtype", dtype], { input: [bytes] });
      assertEquals([named.status, piped.status], [0, 0]);
      assertEquals(named.out, piped.out);
      assertEquals(objects(named.out)[0].argmax, 2);
    }
  });
});

Deno.test("every backend runs, and --explain says which, before the rows and beside them", async () => {
  const plain = await sluice(["reduce", "-"], { input: [npy(ROW, [6])] });
  for (const backend of ["simd", "reference"]) {
    const { status, out, err } = await sluice(["reduce", "-", "--backend", backend, "--explain"], {
      input: [npy(ROW, [6])],
    });
    assertEquals(status, 0);
    assertEquals(/^backend\s+(\w+)/m.exec(err)?.[1], backend);
    assertAlmostEquals(objects(out)[0].lse, objects(plain.out)[0].lse, 1e-6);
  }
});

Deno.test("-o writes what would have been printed", async () => {
  await inFolder(async (path) => {
    await Deno.writeTextFile(path("rows.ndjson"), "something longer that was there before ".repeat(20));
    const printed = await sluice(["reduce", "-"], { input: [npy(ROW, [6])] });
    const written = await sluice(["reduce", "-", "-o", path("rows.ndjson")], {
      input: [npy(ROW, [6])],
      terminal: true,
    });
    assertEquals([written.status, written.out], [0, ""]);
    assertEquals(await Deno.readTextFile(path("rows.ndjson")), printed.out);
  });
});

Deno.test("the plan does not list every label", async () => {
  await inFolder(async (path) => {
    await Deno.writeFile(path("ids.npy"), npy(new Uint8Array(300), [300], "|u1"));
    await Deno.writeFile(path("a.npy"), npy(logits(300 * 2), [300, 2]));
    const { err } = await sluice(["reduce", path("a.npy"), "--labels", path("ids.npy"), "--explain"]);
    assertMatch(err, /"labels":\[0,0,0,0,0,0,0,0,\.\.\. 300 in all\]/);
  });
});
