// `sluice softmax`: a .npy of probabilities, whatever the source.
import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { fromFile } from "../../src/sources/mod.ts";
import { inFolder, logits, npy, OCR, sluice } from "./_shell.ts";

async function read(path: string): Promise<{ rows: number | undefined; dtype: string; values: number[] }> {
  const { shape, open } = await fromFile(path).then((file) => ({ shape: file.shape, open: () => file.open() }));
  const values: number[] = [];
  for await (const { data } of open()) values.push(...data);
  return { rows: shape.rows, dtype: shape.dtype, values };
}

function softmaxOf(row: Float32Array | Float64Array): number[] {
  const maximum = Math.max(...row);
  const weights = [...row].map((x) => Math.exp(x - maximum));
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / sum);
}

Deno.test("probabilities, and log-probabilities with --log", async () => {
  await inFolder(async (path) => {
    const row = logits(3000);
    await Deno.writeFile(path("a.npy"), npy(row, [3000]));
    assertEquals((await sluice(["softmax", path("a.npy"), "-o", path("p.npy")])).status, 0);
    assertEquals((await sluice(["softmax", path("a.npy"), "-o", path("log.npy"), "--log"])).status, 0);
    const probabilities = await read(path("p.npy"));
    const logs = await read(path("log.npy"));
    assertEquals([probabilities.rows, probabilities.dtype, probabilities.values.length], [1, "f32", 3000]);
    softmaxOf(row).forEach((p, i) => {
      assert(Math.abs(probabilities.values[i] - p) <= 3e-6 * p + 1e-37, `p(${i})`);
      assertAlmostEquals(logs.values[i], Math.log(p), 1e-5);
    });
  });
});

Deno.test("the same bytes for any chunk, from a file and from standard input, with a temperature and rows", async () => {
  await inFolder(async (path) => {
    await Deno.writeFile(path("a.npy"), npy(logits(4 * 2500), [4, 2500]));
    const flags = ["--temperature", "1.3", "--rows", "1:3"];
    await sluice(["softmax", path("a.npy"), "-o", path("whole.npy"), ...flags]);
    const whole = await Deno.readFile(path("whole.npy"));
    assertEquals(whole.length, 128 + 4 * 2 * 2500);
    for (const chunk of ["1", "1000", "1024", "10000"]) {
      await sluice(["softmax", path("a.npy"), "-o", path("b.npy"), ...flags, "--chunk", chunk]);
      assertEquals(await Deno.readFile(path("b.npy")), whole);
    }
    const input = [await Deno.readFile(path("a.npy"))];
    assertEquals((await sluice(["softmax", "-", "-o", path("b.npy"), ...flags], { input })).status, 0);
    assertEquals(await Deno.readFile(path("b.npy")), whole);
  });
});

Deno.test("a row of standard input larger than the row cache is read again from a spill", async () => {
  await inFolder(async (path) => {
    const vocabulary = 2_200_000;
    const bytes = new Uint8Array(logits(vocabulary).buffer);
    const input = Array.from({ length: 10 }, (_, i) => bytes.slice(i * 880_000, (i + 1) * 880_000));
    const flags = ["--vocabulary", String(vocabulary), "--explain"];
    const { status, err } = await sluice(["softmax", "-", "-o", path("p.npy"), ...flags], { input });
    assertEquals(status, 0);
    assertMatch(err, /^again\s+from spill/m);
    let sum = 0;
    for await (const { data } of (await fromFile(path("p.npy"))).open()) for (const p of data) sum += p;
    assertAlmostEquals(sum, 1, 1e-5);
  });
});

Deno.test("f64 stays f64, bf16 becomes f32", async () => {
  await inFolder(async (path) => {
    await Deno.writeFile(path("a.npy"), npy(Float64Array.of(0, Math.log(3)), [2], "<f8"));
    await Deno.writeFile(path("a.bf16"), new Uint8Array(Uint16Array.of(0x3f80, 0x3f80).buffer));
    await sluice(["softmax", path("a.npy"), "-o", path("p.npy")]);
    const { dtype, values } = await read(path("p.npy"));
    assertEquals(dtype, "f64");
    assertAlmostEquals(values[1], 0.75, 1e-15);
    await sluice(["softmax", path("a.bf16"), "--vocabulary", "2", "-o", path("p.npy")]);
    assertEquals(await read(path("p.npy")), { rows: 1, dtype: "f32", values: [0.5, 0.5] });
  });
});

Deno.test("an invalid row is NaN, or ends the work; input that ends early keeps its whole rows", async () => {
  await inFolder(async (path) => {
    const input = () => [npy(Float32Array.of(1, 1, NaN, 1, 2, 2), [3, 2])];
    assertEquals((await sluice(["softmax", "-", "-o", path("p.npy")], { input: input() })).status, 0);
    assertEquals((await read(path("p.npy"))).values, [0.5, 0.5, NaN, NaN, 0.5, 0.5]);
    const flags = ["-o", path("q.npy"), "--on-invalid", "throw"];
    const thrown = await sluice(["softmax", "-", ...flags], { input: input() });
    assertEquals(thrown.status, 1);
    assertMatch(thrown.err, /^sluice: E_NAN: /);
    assertEquals(await read(path("q.npy")), { rows: 1, dtype: "f32", values: [0.5, 0.5] });
    const short = await sluice(["softmax", "-", "-o", path("r.npy")], { input: [input()[0].slice(0, -1)] });
    assertEquals(short.status, 1);
    assertEquals((await read(path("r.npy"))).rows, 2);
  });
});

Deno.test("an array keeps its axes, from a file and from standard input; --rows gives rows", async () => {
  await inFolder(async (path) => {
    const row = logits(6 * 1000);
    for (const axes of [[2, 3, 1000], [1, 1, 6, 1000], [6, 1000], [6000]]) {
      const bytes = npy(row, axes);
      await Deno.writeFile(path("a.npy"), bytes);
      const header = (path: string) => Deno.readFile(path).then((bytes) => bytes.slice(0, 128));
      assertEquals((await sluice(["softmax", path("a.npy"), "-o", path("p.npy")])).status, 0);
      assertEquals(await header(path("p.npy")), bytes.slice(0, 128));
      assertEquals((await sluice(["softmax", "-", "-o", path("q.npy")], { input: [bytes] })).status, 0);
      assertEquals(await header(path("q.npy")), bytes.slice(0, 128));
    }
    await Deno.writeFile(path("a.npy"), npy(row, [2, 3, 1000]));
    await sluice(["softmax", path("a.npy"), "-o", path("p.npy"), "--rows", "0:6"]);
    assertEquals((await fromFile(path("p.npy"))).axes, undefined);
    const short = npy(row, [2, 3, 1000]).slice(0, -4000);
    assertEquals((await sluice(["softmax", "-", "-o", path("p.npy")], { input: [short] })).status, 1);
    const kept = await fromFile(path("p.npy"));
    assertEquals([kept.axes, kept.shape.rows], [undefined, 5]);
  });
});

Deno.test("a progress bar changes nothing", async () => {
  await inFolder(async (path) => {
    await sluice(["softmax", OCR, "-o", path("p.npy")]);
    const watched = await sluice(["softmax", OCR, "-o", path("q.npy")], { errorTerminal: true });
    assertEquals(watched, { status: 0, out: "", err: "" });
    assertEquals(await Deno.readFile(path("q.npy")), await Deno.readFile(path("p.npy")));
    const plain = await sluice(["reduce", OCR]);
    assertEquals(await sluice(["reduce", OCR], { errorTerminal: true }), plain);
  });
});
