import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { ParameterError, SinkError } from "@sluice/sluice/core";
import { ndjsonLine, toNdjson } from "@sluice/sluice/sinks";
import { random, withFolder } from "../sources/_bytes.ts";

Deno.test("ndjsonLine() writes non-finite numbers as strings, typed arrays as arrays, bigints as digits", () => {
  const value = {
    lse: NaN,
    max: Infinity,
    min: -Infinity,
    nested: [{ x: NaN }],
    f32: Float32Array.of(0.5, NaN),
    ids: Uint32Array.of(1, 2),
    big: 2n ** 64n,
    bigs: BigInt64Array.of(-1n),
    none: undefined,
    nothing: null,
    text: 'a "b"\n',
  };
  assertEquals(
    ndjsonLine(value),
    '{"lse":"NaN","max":"Infinity","min":"-Infinity","nested":[{"x":"NaN"}],"f32":[0.5,"NaN"],"ids":[1,2],' +
      '"big":"18446744073709551616","bigs":["-1"],"nothing":null,"text":"a \\"b\\"\\n"}\n',
  );
});

Deno.test("ndjsonLine() writes the shortest numbers that read back the same; -0 is 0", () => {
  const next = random(23);
  const view = new DataView(new ArrayBuffer(8));
  for (let i = 0; i < 10_000; i++) {
    view.setUint32(0, next() * 2 ** 32);
    view.setUint32(4, next() * 2 ** 32);
    const x = view.getFloat64(0);
    if (Number.isFinite(x)) assertStrictEquals(JSON.parse(ndjsonLine(x)), x);
  }
  assertEquals(ndjsonLine([-0, 0.1, 1e21, 5e-324]), "[0,0.1,1e+21,5e-324]\n");
});

Deno.test("ndjsonLine() is one line whatever is in it", () => {
  const line = ndjsonLine({ text: "a\nb\r\n\u2028c" });
  assertEquals(line.indexOf("\n"), line.length - 1);
});

Deno.test("ndjsonLine() refuses what JSON does not have", () => {
  for (const value of [undefined, () => {}, Symbol("a")]) {
    assertThrows(() => ndjsonLine(value), ParameterError, "as a line");
  }
});

/** A target that remembers what came, and waits for `open` before it takes more. */
class Gate {
  readonly writes: string[] = [];
  readonly ends: unknown[] = [];
  open: () => void = () => {};
  readonly stream: WritableStream<Uint8Array> = new WritableStream<Uint8Array>({
    write: (bytes) => {
      this.writes.push(new TextDecoder().decode(bytes));
      return new Promise((resolve) => this.open = resolve);
    },
    close: () => void this.ends.push("close"),
    abort: (reason) => void this.ends.push(reason),
  });
}

function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

Deno.test("toNdjson() writes a line at once, and those that come meanwhile together", async () => {
  const gate = new Gate();
  const writer = (await toNdjson(gate.stream)).getWriter();
  await writer.write(1);
  await tick();
  assertEquals(gate.writes, ["1\n"]);
  for (const value of [2, 3, 4]) await writer.write(value);
  gate.open();
  await tick();
  assertEquals(gate.writes, ["1\n", "2\n3\n4\n"]);
  const closed = writer.close();
  gate.open();
  await closed;
  assertEquals(gate.ends, ["close"]);
});

Deno.test("toNdjson() holds its writer back when too much waits", async () => {
  const gate = new Gate();
  const writer = (await toNdjson(gate.stream)).getWriter();
  const text = "x".repeat(1000);
  let written = 0;
  const writing = (async () => {
    for (; written < 500; written++) await writer.write(text);
    await writer.close();
  })();
  await tick();
  assert(written < 100, `${written} lines wait`);
  let ended = false;
  writing.then(() => ended = true);
  while (!ended) {
    gate.open();
    await tick();
  }
  assertEquals(gate.writes.join("").split("\n").length, 501);
});

Deno.test("toNdjson() keeps the lines that have come when it is aborted, or a value cannot be written", async () => {
  await withFolder(async (path) => {
    const aborted = (await toNdjson(path("a"))).getWriter();
    await aborted.write(1);
    await aborted.write(2);
    await aborted.abort("enough");
    await aborted.closed.catch(() => {});
    assertEquals(await Deno.readTextFile(path("a")), "1\n2\n");
    const refused = ReadableStream.from([1, undefined, 3]).pipeTo(await toNdjson(path("b")));
    await assertRejects(() => refused, ParameterError);
    assertEquals(await Deno.readTextFile(path("b")), "1\n");
  });
});

Deno.test("toNdjson() hands an abort to a target stream", async () => {
  const ends: unknown[] = [];
  const writer = (await toNdjson(new WritableStream({ abort: (reason) => void ends.push(reason) }))).getWriter();
  await writer.abort("enough");
  await writer.closed.catch(() => {});
  assertEquals(ends, ["enough"]);
});

Deno.test("toNdjson() that fails at any write fails once, with the cause", async () => {
  for (let step = 0; step < 4; step++) {
    const cause = new Error(`step ${step}`);
    let writes = 0;
    const target = new WritableStream<Uint8Array>({
      write: async () => {
        await tick();
        if (writes++ === step) throw cause;
      },
    });
    const source = new ReadableStream({
      pull: async (controller) => {
        await tick();
        await tick();
        if (writes > 10) controller.close();
        else controller.enqueue({ writes });
      },
    });
    const error = await assertRejects(async () => source.pipeTo(await toNdjson(target)), SinkError, `step ${step}`);
    assertStrictEquals(error.cause, cause);
  }
});

Deno.test("toNdjson() reports a failure of the last write at the close", async () => {
  const cause = new Error("full");
  const target = new WritableStream<Uint8Array>({
    write: async () => {
      await tick();
      throw cause;
    },
  });
  const writer = (await toNdjson(target)).getWriter();
  await writer.write(1);
  writer.closed.catch(() => {});
  assertStrictEquals((await assertRejects(() => writer.close(), SinkError)).cause, cause);
});

Deno.test("toNdjson() writes nothing for nothing", async () => {
  await withFolder(async (path) => {
    await (await toNdjson(path("a"))).close();
    assertEquals(await Deno.readTextFile(path("a")), "");
  });
});
