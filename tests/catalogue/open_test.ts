/** Laws of `openSpec`: sources and sinks come back from their specs, and reach only what is granted, links and redirects included. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { openSpec } from "../../src/catalogue/mod.ts";
import { type Chunk, errorCode, type Logits, ParameterError, type Spec, specText } from "../../src/core/mod.ts";
import { map, normalize, reduce } from "../../src/flow/mod.ts";
import { logSoftmax } from "../../src/maps/mod.ts";
import { logitBias, rechunk, temperature } from "../../src/operators/mod.ts";
import { entropy, topK } from "../../src/reducers/mod.ts";
import { toNdjson, toNpy, toRaw, toText } from "../../src/sinks/mod.ts";
import { fromArray, fromFile, fromUrl } from "../../src/sources/mod.ts";
import { assertSameBits } from "../support/same_bits.ts";
import { safetensors, withFolder } from "../sources/_bytes.ts";
import { VOCABULARY } from "./_examples.ts";

const DATA = Float32Array.from({ length: 3 * VOCABULARY }, (_, id) => id % 400 === 3 ? -Infinity : Math.sin(id * id));
const LOGITS = fromArray(DATA, { vocabulary: VOCABULARY });

function through(spec: Spec): Spec {
  return JSON.parse(JSON.stringify(spec));
}

async function refused(open: Promise<unknown>): Promise<string | undefined> {
  return errorCode(await assertRejects(() => open, ParameterError));
}

/** Files of all formats in a folder; a folder beside it. */
async function withFiles(run: (folder: string, beside: string) => Promise<void>): Promise<void> {
  await withFolder(async (path) => {
    const [folder, beside] = [path("granted"), path("beside")];
    for (const each of [folder, beside]) {
      await Deno.mkdir(each);
      await LOGITS.open().pipeTo(await toNpy(`${each}/a.npy`));
      await LOGITS.open().pipeTo(await toRaw(`${each}/a.f32`));
      await Deno.writeFile(`${each}/a.bin`, new Uint8Array(DATA.buffer));
      const at = 4 * VOCABULARY;
      const header = {
        x: { dtype: "F32", shape: [1, VOCABULARY], data_offsets: [0, at] },
        y: { dtype: "F32", shape: [2, VOCABULARY], data_offsets: [at, 3 * at] },
      };
      await Deno.writeFile(`${each}/a.safetensors`, safetensors(header, new Uint8Array(DATA.buffer)));
    }
    await run(folder, beside);
  });
}

/** All logits, however they are cut: a server's answers come as they come. */
async function valuesOf(logits: Logits): Promise<Float64Array> {
  return Float64Array.from((await Array.fromAsync(logits.open(), ({ data }) => [...data])).flat());
}

/** Asks for a source's spec through JSON, and compares what both give. */
async function assertComesBack(logits: Logits, grants: Parameters<typeof openSpec>[1]): Promise<void> {
  const again = await openSpec<Logits>(through(logits.spec), grants);
  assertEquals(specText(again.spec), specText(logits.spec));
  assertEquals([again.shape, again.axes], [logits.shape, logits.axes]);
  assertSameBits(await valuesOf(again), await valuesOf(logits), specText(logits.spec));
  const results = (of: Logits) => Array.fromAsync(reduce(of, { h: entropy(), top: topK(3) }));
  assertSameBits(await results(again), await results(logits), specText(logits.spec));
}

Deno.test("files come back under a granted root, with operators and maps", async () => {
  await withFiles(async (folder) => {
    const grants = { roots: [folder] };
    const files = [
      await fromFile(`${folder}/a.npy`),
      await fromFile(new URL(`file://${folder}/a.npy`)),
      await fromFile(`${folder}/a.f32`, { vocabulary: VOCABULARY }),
      await fromFile(`${folder}/a.bin`, { vocabulary: 750, dtype: "f64" }),
      await fromFile(`${folder}/a.safetensors`, { tensor: "y" }),
    ];
    for (const logits of files) await assertComesBack(logits, grants);
    await Deno.symlink(`${folder}/a.npy`, `${folder}/link.npy`);
    await assertComesBack(await fromFile(`${folder}/link.npy`), grants);
    await assertComesBack(await fromFile("examples/data/lm_logits_f32.npy"), { roots: ["examples/data"] });
    const [logits] = files;
    const piped = logits.pipe(temperature(0.5), logitBias({ 1: -Infinity }), rechunk(700));
    await assertComesBack(piped, grants);
    await assertComesBack(normalize(piped), grants);
    const zeroed = map(logits, logSoftmax(), { onInvalid: "zero" });
    await assertComesBack(zeroed.pipe(temperature(2)), grants);
  });
});

/** Serves bytes at any path, in parts; `/away` leads to the same path of another origin. */
async function withServer(bytes: Uint8Array<ArrayBuffer>, run: (origin: string) => Promise<void>): Promise<void> {
  const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
  const server = Deno.serve(options, ({ url, headers }) => {
    const { pathname, port } = new URL(url);
    if (pathname.startsWith("/away/")) return Response.redirect(`http://localhost:${port}/${pathname.slice(6)}`, 302);
    const from = Number(/^bytes=(\d+)-/.exec(headers.get("range")!)![1]);
    const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
    return new Response(bytes.slice(from), { status: 206, headers: { "content-range": range, etag: '"1"' } });
  });
  await run(`http://127.0.0.1:${server.addr.port}`);
  await server.shutdown();
}

Deno.test("URLs come back where their origin is granted; another origin is refused, also behind a redirect", async () => {
  await withServer(new Uint8Array(DATA.slice().buffer), async (origin) => {
    const logits = await fromUrl(`${origin}/a.f32`, { vocabulary: VOCABULARY });
    await assertComesBack(logits, { origins: [origin] });
    await assertComesBack(logits.pipe(temperature(3)), { origins: ["https://example.org", `${origin}/any/path`] });
    for (const origins of [[], ["http://127.0.0.1"], [origin.replace("http:", "https:")], ["no origin"], ["*"]]) {
      assertEquals(await refused(openSpec(through(logits.spec), { origins })), "E_URL_BLOCKED");
    }
    assertEquals(await refused(openSpec(through(logits.spec), { roots: ["/"] })), "E_URL_BLOCKED");
    const away = { name: "fromUrl", params: { url: `${origin}/away/a.f32`, vocabulary: VOCABULARY }, inputs: [] };
    assertEquals(await refused(openSpec(away, { origins: [origin] })), "E_URL_BLOCKED");
    const both = [origin, origin.replace("127.0.0.1", "localhost")];
    assertSameBits(await valuesOf(await openSpec<Logits>(away, { origins: both })), await valuesOf(logits));
  });
});

Deno.test("files outside of the granted roots are refused: by name, by dots, by a link, by nothing granted", async () => {
  await withFiles(async (folder, beside) => {
    await Deno.symlink(`${beside}/a.npy`, `${folder}/link.npy`);
    await Deno.symlink(beside, `${folder}/away`);
    await Deno.symlink(`${folder}/a.npy`, `${folder}/near.npy`);
    const read = (path: string) => ({ name: "fromFile", params: { path }, inputs: [] });
    const paths = [
      `${beside}/a.npy`,
      `${folder}/../beside/a.npy`,
      `${folder}/link.npy`,
      `${folder}/away/a.npy`,
      `file://${beside}/a.npy`,
      `file://${folder}/%2e%2e/beside/a.npy`,
      `${folder}/nosuch.npy`,
      `${folder}2/a.npy`,
      "/proc/self/environ",
    ];
    for (const path of paths) {
      assertEquals(await refused(openSpec(read(path), { roots: [folder] })), "E_PATH_BLOCKED", path);
      const inside = { name: "temperature", params: { temperature: 2 }, inputs: [read(path)] };
      assertEquals(await refused(openSpec(inside, { roots: [folder] })), "E_PATH_BLOCKED", path);
    }
    for (const grants of [{}, { roots: [] }, { writableRoots: [folder] }, { origins: ["file://"] }]) {
      assertEquals(await refused(openSpec(read(`${folder}/a.npy`), grants)), "E_PATH_BLOCKED");
    }
    assertEquals((await openSpec<Logits>(read(`${folder}/near.npy`), { roots: [folder] })).shape, LOGITS.shape);
    assertEquals((await openSpec<Logits>(read(`${folder}/a.npy`), { roots: [`${folder}/`] })).shape, LOGITS.shape);
    await refused(openSpec(read("file://elsewhere/a.npy"), { roots: [folder] }));
    await refused(openSpec(read(`${folder}/a.npy`), { root: [folder] } as object));
  });
});

type Sink = WritableStream<unknown>;

const SINKS: Record<string, { readonly make: (path: string) => Promise<Sink>; readonly of: () => ReadableStream }> = {
  toNpy: { make: toNpy as (path: string) => Promise<Sink>, of: () => LOGITS.open() as ReadableStream<Chunk> },
  toRaw: { make: toRaw as (path: string) => Promise<Sink>, of: () => LOGITS.open() },
  toNdjson: { make: toNdjson, of: () => ReadableStream.from([{ a: NaN }, { a: 1 }]) },
  toText: { make: toText as (path: string) => Promise<Sink>, of: () => ReadableStream.from(["Ä", "b\n"]) },
};

for (const [name, { make, of }] of Object.entries(SINKS)) {
  Deno.test(`${name}: writes the same under a granted root, and nowhere else`, async () => {
    await withFiles(async (folder, beside) => {
      const grants = { writableRoots: [folder] };
      const write = (path: string) => ({ name, params: { path }, inputs: [] });
      await of().pipeTo(await make(`${folder}/wanted`));
      await of().pipeTo(await openSpec<Sink>(write(`${folder}/found`), grants));
      assertEquals(await Deno.readFile(`${folder}/found`), await Deno.readFile(`${folder}/wanted`));
      await Deno.symlink(`${beside}/new`, `${folder}/link`);
      await Deno.symlink(`${folder}/wanted`, `${folder}/near`);
      await Deno.symlink(beside, `${folder}/away`);
      const outside = [
        `${beside}/new`,
        `${folder}/../beside/new`,
        `${folder}/link`,
        `${folder}/near`,
        `${folder}/away/new`,
        `${folder}/..`,
        `${folder}/`,
        `${folder}/nosuch/new`,
        `file://${beside}/new`,
      ];
      for (const path of outside) {
        assertEquals(await refused(openSpec(write(path), grants)), "E_PATH_BLOCKED", path);
      }
      for (const none of [{}, { roots: [folder] }]) {
        assertEquals(await refused(openSpec(write(`${folder}/new`), none)), "E_PATH_BLOCKED");
      }
      assert(!await Deno.stat(`${beside}/new`).then(() => true, () => false));
    });
  });
}

Deno.test("toNpy: its axes come back", async () => {
  await withFiles(async (folder) => {
    const axes = [3, 2, VOCABULARY / 2];
    const params = { path: `${folder}/b.npy`, axes };
    const sink = await openSpec<Sink>({ name: "toNpy", params, inputs: [] }, { writableRoots: [folder] });
    await fromArray(DATA, { vocabulary: VOCABULARY / 2 }).open().pipeTo(sink);
    assertEquals((await fromFile(`${folder}/b.npy`)).axes, axes);
  });
});

Deno.test("a spec whose inputs are none of what it needs is refused by a typed error", async () => {
  await withFiles(async (folder) => {
    const { spec } = await fromFile(`${folder}/a.npy`);
    const wrong: Spec[] = [
      { name: "map", params: {}, inputs: [] },
      { name: "map", params: {}, inputs: [spec] },
      { name: "map", params: {}, inputs: [spec, spec] },
      { name: "map", params: {}, inputs: [{ name: "softmax", params: {}, inputs: [] }, spec] },
      { name: "sampler", params: { seed: 1 }, inputs: [spec] },
    ];
    for (const each of wrong) assertEquals(await refused(openSpec(through(each), { roots: [folder] })), "E_PARAM");
    const missing: Spec = { name: "fromFile", params: {}, inputs: [] };
    assertEquals(await refused(openSpec(missing, { roots: [folder] })), "E_PARAM");
  });
});
