// Bad data and failed reads: status 1, one line `sluice: CODE: message`, and what was produced before is kept.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { inFolder, logits, npy, objects, OCR, type Outcome, sluice } from "./_shell.ts";

function assertFails({ status, err }: Outcome, code: string): void {
  assertEquals(status, 1);
  assertMatch(err, new RegExp(`^sluice: ${code}: Cannot [^\n]+\n$`));
}

Deno.test("a file that cannot be read", async () => {
  await inFolder(async (path) => {
    await Deno.mkdir(path("folder.npy"));
    await Deno.writeFile(path("short.npy"), npy(logits(20), [2, 10]).slice(0, -1));
    await Deno.writeFile(path("long.npy"), npy(logits(20), [1, 10]));
    await Deno.writeFile(path("big_endian.npy"), npy(logits(20), [2, 10], ">f4"));
    await Deno.writeFile(path("whole_numbers.npy"), npy(Int32Array.of(1), [1], "<i4"));
    await Deno.writeTextFile(path("text.npy"), "no numbers here");
    await Deno.writeFile(path("empty.f32"), new Uint8Array(0));
    assertFails(await sluice(["reduce", path("nothing.npy")]), "E_SOURCE_READ");
    assertFails(await sluice(["reduce", path("folder.npy")]), "E_SOURCE_READ");
    assertFails(await sluice(["reduce", path("short.npy")]), "E_SOURCE_SHORT");
    assertFails(await sluice(["reduce", path("long.npy")]), "E_SOURCE_LONG");
    assertFails(await sluice(["reduce", path("big_endian.npy")]), "E_DTYPE");
    assertFails(await sluice(["reduce", path("whole_numbers.npy")]), "E_DTYPE");
    assertFails(await sluice(["reduce", path("text.npy")]), "E_FORMAT");
    assertFails(await sluice(["reduce", path("empty.f32"), "--vocabulary", "2"]), "E_EMPTY");
    assertFails(await sluice(["reduce", OCR, "--vocabulary", "10"]), "E_SHAPE");
  });
});

Deno.test("nothing on standard input", async () => {
  assertFails(await sluice(["reduce", "-", "--vocabulary", "4"], { input: [] }), "E_EMPTY");
});

Deno.test("input that ends inside a row: the rows before it are printed", async () => {
  const bytes = npy(logits(40), [4, 10]);
  const outcome = await sluice(["reduce", "-"], { input: [bytes.slice(0, 128 + 4 * 25)] });
  assertFails(outcome, "E_SOURCE_SHORT");
  assertEquals(objects(outcome.out).map(({ row }) => row), [0, 1]);
  assertStringIncludes(outcome.err, "row 2, id 5");
});

Deno.test("input that fails: the rows before it are printed, and the failure is told in one line", async () => {
  const bytes = npy(logits(40), [4, 10]);
  let pulls = 0;
  const input = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (pulls++ === 0) controller.enqueue(bytes.slice(0, 128 + 4 * 15));
      else controller.error(new Error("the wire\nwas cut"));
    },
  });
  const outcome = await sluice(["reduce", "-"], { input });
  assertEquals(outcome.status, 1);
  assertMatch(outcome.err, /^sluice: E_SOURCE_READ: [^\n]*the wire was cut[^\n]*\n$/);
  assertEquals(objects(outcome.out).map(({ row }) => row), [0]);
});

Deno.test("--on-invalid throw ends the work at the first such row", async () => {
  const rows = Float32Array.of(1, 2, 3, NaN, 5, 6);
  const flags = ["--on-invalid", "throw"];
  const outcome = await sluice(["reduce", "-", ...flags], { input: [npy(rows, [3, 2])] });
  assertFails(outcome, "E_NAN");
  assertStringIncludes(outcome.err, "row 1");
  assertEquals(objects(outcome.out).map(({ row }) => row), [0]);
});

Deno.test("labels that do not fit are bad data", async () => {
  await inFolder(async (path) => {
    const write = (name: string, bytes: Uint8Array) => Deno.writeFile(path(name), bytes);
    await write("a.npy", npy(logits(3 * 8), [3, 8]));
    await write("two.npy", npy(Int32Array.of(1, 2), [2], "<i4"));
    await write("four.npy", npy(Int32Array.of(1, 2, 3, 4), [4], "<i4"));
    await write("high.npy", npy(Int32Array.of(1, 2, 8), [3], "<i4"));
    await write("low.npy", npy(Int32Array.of(1, 2, -1), [3], "<i4"));
    await write("floats.npy", npy(logits(3), [3]));
    await write("square.npy", npy(Int32Array.of(1, 2, 3), [3, 1], "<i4"));
    await write("short.npy", npy(Int32Array.of(1, 2, 3), [3], "<i8"));
    await write("long.npy", npy(Int32Array.of(1, 2, 3), [3], "<i2"));
    const codes = { two: "SHAPE", four: "SHAPE", high: "SHAPE", low: "SHAPE", floats: "DTYPE", square: "SHAPE" };
    const more = { short: "SOURCE_SHORT", long: "SOURCE_LONG", missing: "SOURCE_READ" };
    for (const [name, code] of Object.entries({ ...codes, ...more })) {
      const outcome = await sluice(["reduce", path("a.npy"), "--labels", path(`${name}.npy`)]);
      assertFails(outcome, `E_${code}`);
      assertEquals(outcome.out, "");
    }
  });
});

Deno.test("labels of a pipe whose rows only its end tells", async () => {
  await inFolder(async (path) => {
    const input = () => [new Uint8Array(logits(3 * 8).buffer)];
    const flags = ["--vocabulary", "8", "--labels", path("ids.npy")];
    for (const count of [2, 3, 4]) {
      await Deno.writeFile(path("ids.npy"), npy(new Int32Array(count), [count], "<i4"));
      const outcome = await sluice(["reduce", "-", ...flags], { input: input() });
      const printed = objects(outcome.out);
      if (count === 3) assertEquals([outcome.status, printed.length, printed[3].summary.rows], [0, 4, 3]);
      else assertFails(outcome, "E_SHAPE");
      assertEquals(printed.filter(({ row }) => row !== undefined).length, Math.min(count, 3));
    }
  });
});

Deno.test("a folder that is not there, or a file in place of one, cannot be written", async () => {
  await inFolder(async (path) => {
    assertFails(await sluice(["reduce", OCR, "-o", path("none/out.ndjson")]), "E_SINK_WRITE");
    assertFails(await sluice(["softmax", OCR, "-o", path("none/out.npy")]), "E_SINK_WRITE");
  });
});

Deno.test("a closed pipe ends the work quietly", async () => {
  let writes = 0;
  const closed = () => {
    if (++writes === 2) throw Object.assign(new Error("Broken pipe (os error 32)"), { name: "BrokenPipe" });
  };
  for (const format of ["ndjson", "table"]) {
    writes = 0;
    const { status, err } = await sluice(["reduce", OCR, "--format", format, "--chunk", "6625"], { onWrite: closed });
    assertEquals([status, err], [0, ""]);
  }
});

Deno.test("output that fails otherwise is an error", async () => {
  const full = () => {
    throw new Error("No space left on device (os error 28)");
  };
  assertFails(await sluice(["reduce", OCR], { onWrite: full }), "E_SINK_WRITE");
  assertFails(await sluice(["reduce", "--help"], { onWrite: full }), "E_SINK_WRITE");
});

Deno.test("a signal stops the work: status 130, no message, rows kept", async () => {
  const abort = new AbortController();
  const waiting = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(npy(logits(40), [4, 10]).slice(0, 128 + 4 * 15)),
  });
  const outcome = await sluice(["reduce", "-"], {
    input: waiting,
    signal: abort.signal,
    onWrite: () => abort.abort(),
  });
  assertEquals([outcome.status, outcome.err], [130, ""]);
  assertEquals(objects(outcome.out).length, 1);
});

Deno.test("a signal stops the wait for the first byte", async () => {
  const abort = new AbortController();
  const outcome = sluice(["reduce", "-"], { input: new ReadableStream(), signal: abort.signal });
  abort.abort();
  assertEquals(await outcome, { status: 130, out: "", err: "" });
});
