// What a sink is not given as it wants it is refused before a file is touched: a misspelt "inputs" would cost the input.
import { assertEquals, assertRejects } from "@std/assert";
import { ParameterError } from "@sluice/sluice/core";
import { toNdjson, toNpy, toRaw, toText } from "@sluice/sluice/sinks";
import { withFolder } from "../sources/_bytes.ts";

// deno-lint-ignore no-explicit-any
type Sink = (target?: any, options?: any) => Promise<WritableStream>;

const SINKS: Readonly<Record<string, Sink>> = { toNpy, toRaw, toNdjson, toText };
const BYTES = Uint8Array.of(1, 2, 3);

for (const [name, sink] of Object.entries(SINKS)) {
  Deno.test(`${name}() refuses options that it does not have, and inputs that are no list of files`, () =>
    withFolder(async (path) => {
      await Deno.writeFile(path("a.npy"), BYTES);
      const refused = async (options: unknown, wanted: string) => {
        await assertRejects(() => sink(path("a.npy"), options), ParameterError, wanted);
        assertEquals(await Deno.readFile(path("a.npy")), BYTES);
      };
      await refused({ input: [path("a.npy")] }, `Cannot use ${name} with input = a list: wanted one of its options: `);
      await refused(null, `Cannot use ${name} with options = null`);
      for (const inputs of [path("a.npy"), null, 5, {}, [5], [null], [{}]]) {
        await refused({ inputs }, "wanted a list of paths, file: URLs or { dev, ino }");
      }
    }));

  Deno.test(`${name}() refuses what is no place to write to`, async () => {
    for (const target of [undefined, null, 5, {}, [], new ReadableStream(), new URL("http://localhost/a.npy")]) {
      await assertRejects(() => sink(target), ParameterError, "wanted a path or a file: URL");
    }
  });
}

Deno.test("toNpy() refuses axes that are no list, and a stream, which it leaves as it is", async () => {
  for (const axes of ["23", 5, {}]) {
    await assertRejects(() => SINKS.toNpy("nowhere/a.npy", { axes }), ParameterError, "Cannot use axes ");
  }
  const stream = new WritableStream();
  await assertRejects(() => SINKS.toNpy(stream), ParameterError, "Cannot write a WritableStream: wanted a path");
  await stream.close();
});

Deno.test("a stream that is written already is told", async () => {
  const stream = new WritableStream();
  stream.getWriter();
  for (const name of ["toRaw", "toNdjson", "toText"]) {
    await assertRejects(() => SINKS[name](stream), ParameterError, "it is being written already");
  }
});
