import { assert, assertEquals, assertRejects } from "@std/assert";
import { normalize, reduce } from "../../mod.ts";
import { recordReducers } from "../../src/records/mod.ts";
import { errorCode, SourceChangedError, SourceError } from "../../src/core/mod.ts";
import { fromArray, fromUrl, type FromUrlOptions } from "../../src/sources/mod.ts";
import { takenStores } from "../support/taken_stores.ts";

const VOCABULARY = 3000;
const LOGITS = Float32Array.from({ length: 4 * VOCABULARY }, (_, i) => Math.sin(i) * 9);
const FILE = new Uint8Array(LOGITS.buffer);

interface Asked {
  readonly path: string;
  readonly headers: Headers;
  /** The range that was asked for. */
  readonly from: number;
}

/** A server of one file that can be made to misbehave. */
async function serving(
  answer: (asked: Asked) => Response | Promise<Response>,
  run: (origin: string, asked: Asked[]) => Promise<void>,
): Promise<void> {
  const asked: Asked[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.get("range") ?? "")?.[1] ?? NaN);
    asked.push({ path: new URL(request.url).pathname, headers: request.headers, from });
    return answer(asked.at(-1)!);
  });
  try {
    await run(`http://127.0.0.1:${server.addr.port}`, asked);
  } finally {
    await server.shutdown();
  }
}

function part(from: number, headers: Record<string, string> = { etag: '"1"' }, file = FILE): Response {
  const range = `bytes ${from}-${file.length - 1}/${file.length}`;
  return new Response(file.slice(from), { status: 206, headers: { "content-range": range, ...headers } });
}

async function code(run: Promise<unknown>): Promise<string | undefined> {
  return errorCode(await assertRejects(() => run, SourceError));
}

Deno.test("fromUrl() reads what fromFile() would, and a range asks for its own bytes", () =>
  serving(({ from }) => part(from), async (origin, asked) => {
    const logits = await fromUrl(`${origin}/a.f32?signature=secret`, { vocabulary: VOCABULARY });
    assertEquals(logits.shape, { rows: 4, vocabulary: VOCABULARY, dtype: "f32" });
    const reducers = recordReducers({ topK: 3 });
    const wanted = await Array.fromAsync(reduce(fromArray(LOGITS, { vocabulary: VOCABULARY }), reducers));
    assertEquals(await Array.fromAsync(reduce(logits, reducers)), wanted);
    assertEquals(await Array.fromAsync(reduce(logits, reducers, { rows: [2, 3] })), wanted.slice(2, 3));
    assertEquals(asked.at(-1)!.from, 2 * VOCABULARY * 4);
    assertEquals(asked.at(-1)!.headers.get("accept-encoding"), "identity");
  }));

Deno.test("fromUrl() is read twice by asking again", () =>
  serving(({ from }) => part(from), async (origin, asked) => {
    using _ = takenStores();
    const logits = await fromUrl(`${origin}/a.f32`, { vocabulary: VOCABULARY, chunk: 1000 });
    const chunks = await Array.fromAsync(normalize(logits, { rowCache: 0 }).open());
    assertEquals(chunks.reduce((sum, { data }) => sum + data.length, 0), LOGITS.length);
    assert(asked.some(({ from }) => from === 3 * VOCABULARY * 4));
  }));

Deno.test("a file that is replaced between two reads is SourceChangedError, by ETag, time or size", async () => {
  const versions: [Record<string, string>, Record<string, string>, Uint8Array<ArrayBuffer>][] = [
    [{ etag: '"1"' }, { etag: '"2"' }, FILE],
    [{ "last-modified": "Mon, 01 Jan 2024 00:00:00 GMT" }, { "last-modified": "Tue, 02 Jan 2024 00:00:00 GMT" }, FILE],
    [{}, {}, FILE.slice(0, VOCABULARY * 8)],
  ];
  for (const [before, after, file] of versions) {
    let replaced = false;
    await serving(({ from }) => replaced ? part(from, after, file) : part(from, before), async (origin) => {
      const logits = await fromUrl(`${origin}/a.f32`, { vocabulary: VOCABULARY });
      replaced = true;
      await assertRejects(() => Array.fromAsync(reduce(logits, recordReducers())), SourceChangedError);
    });
  }
});

Deno.test("404, no Range, an error page, an encoding, an empty file and another status are typed errors", async () => {
  const answers: [Response | (() => Response), string][] = [
    [() => new Response("gone", { status: 404 }), "E_SOURCE_MISSING"],
    [() => new Response(FILE), "E_SOURCE_RANGE"],
    [() => new Response(FILE, { status: 206 }), "E_SOURCE_RANGE"],
    [() => part(0, { "content-type": "text/html; charset=utf-8" }), "E_FORMAT"],
    [() => part(0, { "content-encoding": "x-zip" }), "E_FORMAT"],
    [() => new Response(null, { status: 416 }), "E_SOURCE_SHORT"],
    [() => new Response("no", { status: 500 }), "E_SOURCE_READ"],
  ];
  for (const [answer, wanted] of answers) {
    await serving(answer as () => Response, async (origin) => {
      assertEquals(await code(fromUrl(`${origin}/a.f32`, { vocabulary: VOCABULARY })), wanted);
    });
  }
});

Deno.test("redirects are checked one by one, lose the caller's headers, and end after five", () =>
  serving(({ path, from }) => {
    const hops = Number(path.slice(1).split(".")[0]);
    return hops > 0 ? Response.redirect(`http://localhost:${port}/${hops - 1}.f32`) : part(from);
  }, async (origin, asked) => {
    port = Number(new URL(origin).port);
    const seen: string[] = [];
    const options: FromUrlOptions = {
      vocabulary: VOCABULARY,
      headers: { authorization: "Bearer secret" },
      check: ({ href }) => void seen.push(href),
    };
    await fromUrl(`${origin}/2.f32`, options);
    assertEquals(seen, [`${origin}/2.f32`, `http://localhost:${port}/1.f32`, `http://localhost:${port}/0.f32`]);
    assertEquals(asked.map(({ headers }) => headers.get("authorization")), ["Bearer secret", null, null]);
    assertEquals(await code(fromUrl(`${origin}/9.f32`, options)), "E_URL_BLOCKED");
    const refuse = () => {
      throw new SourceError("no", "E_URL_BLOCKED");
    };
    const before = asked.length;
    assertEquals(await code(fromUrl(`${origin}/0.f32`, { ...options, check: refuse })), "E_URL_BLOCKED");
    assertEquals(asked.length, before);
  }));
let port = 0;

Deno.test("other protocols, passwords in the URL and files that are too long are refused", () =>
  serving(({ from }) => part(from), async (origin, asked) => {
    const options = { vocabulary: VOCABULARY };
    for (const url of ["ftp://127.0.0.1/a.f32", "file:///etc/a.f32", origin.replace("//", "//me:secret@") + "/a.f32"]) {
      assertEquals(await code(fromUrl(url, options)), "E_URL_BLOCKED");
    }
    assertEquals(asked.length, 0);
    assertEquals(await code(fromUrl(`${origin}/a.f32`, { ...options, bytes: 1000 })), "E_LIMIT");
  }));

Deno.test("a server that says nothing is given up", async () => {
  let answer!: (response: Response) => void;
  await serving(() => new Promise((resolve) => answer = resolve), async (origin) => {
    assertEquals(await code(fromUrl(`${origin}/a.f32`, { vocabulary: VOCABULARY, timeout: 0.05 })), "E_TIMEOUT");
    answer(new Response());
  });
});

Deno.test("cancelling gives the connection back", () =>
  serving(({ from }) => part(from), async (origin) => {
    const logits = await fromUrl(`${origin}/a.f32`, { vocabulary: VOCABULARY, chunk: 10 });
    const reader = logits.open().getReader();
    await reader.read();
    await reader.cancel();
  }));
