/** Promises about requests that cost too much or make no sense: bounded documents and draws, bodies left alone, odd hosts, row limits. */
import { assert, assertEquals } from "@std/assert";
import { Raw } from "./_raw.ts";
import { bytesOfRows, lines, served } from "./_served.ts";

const OCTETS = { headers: { "content-type": "application/octet-stream" } };

/** Sends a request as bytes and gives what comes back. */
async function raw(port: number, text: string): Promise<string> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  try {
    await connection.write(new TextEncoder().encode(text));
    const buffer = new Uint8Array(4096);
    return new TextDecoder().decode(buffer.subarray(0, await connection.read(buffer) ?? 0));
  } finally {
    connection.close();
  }
}

Deno.test("a document is bounded in bytes, not only in rows", () =>
  served({ limits: { jsonBytes: 2000 } }, async ({ post }) => {
    const body = bytesOfRows(Array.from({ length: 400 }, (_, i) => Math.sin(i)));
    const few = await post("/v1/reduce?vocabulary=400&topK=2&format=json", body, OCTETS);
    assertEquals((await few.json()).rows.length, 1);
    const long = await post("/v1/reduce?vocabulary=400&topK=400&format=json", body, OCTETS);
    assertEquals([long.status, (await long.json()).code], [413, "E_LIMIT"]);
    assertEquals((await lines(await post("/v1/reduce?vocabulary=400&topK=400", body, OCTETS)))[0].top.length, 400);
  }));

Deno.test("draws have a limit of their own", () =>
  served({ limits: { draws: 2 } }, async ({ post }) => {
    const body = bytesOfRows([1, 2, 3, 4]);
    assertEquals((await post("/v1/sample?vocabulary=4&seed=1&draws=2", body, OCTETS).then(lines)).length, 1);
    const many = await post("/v1/sample?vocabulary=4&seed=1&draws=3", body, OCTETS);
    assertEquals([many.status, (await many.json()).code], [413, "E_LIMIT"]);
  }));

Deno.test("a body that is refused before it is read is taken for a little and then left alone", () =>
  served({ token: "secret" }, async ({ post }) => {
    for (const path of ["/v1/reduce?vocabulary=4", "/nowhere"]) {
      let pulled = 0;
      const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
        pull(controller) {
          pulled += 1 << 16;
          if (pulled > 1 << 28) controller.close();
          else controller.enqueue(new Uint8Array(1 << 16));
        },
      });
      const abort = new AbortController();
      const response = await post(path, body, { signal: abort.signal });
      assert(response.status === 401 || response.status === 404);
      await response.body?.cancel();
      await new Promise((resolve) => setTimeout(resolve, 200));
      abort.abort();
      assert(pulled < 1 << 26, `${path}: ${pulled} bytes taken`);
    }
  }));

Deno.test("a host that is none is a problem like any other", () =>
  served({}, async ({ port, unexpected }) => {
    const answer = await raw(port, "GET /nope HTTP/1.1\r\nHost: a b<>\r\n\r\n");
    assert(/^HTTP\/1\.1 4\d\d /.test(answer), answer);
    assertEquals(unexpected.length, 0);
  }));

Deno.test("a request that another server may have cut elsewhere is refused, and its connection ends", () =>
  served({}, async ({ port, unexpected }) => {
    const chunked = "2\n{}\n0\n\n";
    for (
      const rest of [
        "content-length: 8\ncontent-length: 8\n\n12345678",
        "content-length: 8, 8\n\n12345678",
        "content-length: 8\ncontent-length: 9\n\n12345678",
        "content-length: +8\n\n12345678",
        "content-length: 8\ntransfer-encoding: chunked\n\n" + chunked,
        "transfer-encoding: gzip, chunked\n\n" + chunked,
        "transfer-encoding: chunked\ntransfer-encoding: chunked\n\n" + chunked,
        "transfer-encoding: chunked, gzip\n\n" + chunked,
        "transfer-encoding: gzip\n\n" + chunked,
        "transfer-encoding: identity\n\n" + chunked,
        "te: gzip, chunked\ncontent-length: 8\n\n12345678",
      ]
    ) {
      using connection = await Raw.open(port);
      await connection.send(`POST /v1/reduce?vocabulary=2 HTTP/1.1\nhost: localhost\n${rest}`);
      const answer = await connection.readToEnd();
      assert(/^HTTP\/1\.1 400 .*"code":"E_BAD_REQUEST"/s.test(answer), `${rest}: ${answer}`);
    }
    for (
      const rest of ["te: trailers\ncontent-length: 8\n\n12345678", "transfer-encoding: Chunked\n\n8\n12345678\n0\n\n"]
    ) {
      using connection = await Raw.open(port);
      await connection.send(`POST /v1/reduce?vocabulary=2 HTTP/1.1\nhost: localhost\n${rest}`);
      assert((await connection.readUntil('"row":0')).startsWith("HTTP/1.1 200 "), rest);
    }
    assertEquals(unexpected.length, 0);
  }));

Deno.test("the limit of rows holds for probabilities whose rows only the end tells", () =>
  served({ limits: { rows: 2 } }, async ({ post }) => {
    const within = await post("/v1/softmax?vocabulary=4", bytesOfRows(new Array(8).fill(1)), OCTETS);
    assertEquals((await within.bytes()).length, 32);
    const beyond = await post("/v1/softmax?vocabulary=4", bytesOfRows(new Array(16).fill(1)), OCTETS);
    const taken = beyond.ok ? await beyond.bytes().catch(() => new Uint8Array()) : await beyond.bytes();
    assert(!beyond.ok || taken.length < 64);
  }));

Deno.test("another method is told which one there is", () =>
  served({}, async ({ origin, post }) => {
    const wrong = await post("/healthz");
    assertEquals([wrong.status, wrong.headers.get("allow"), (await wrong.json()).code], [405, "GET", "E_METHOD"]);
    const other = await fetch(`${origin}/v1/reduce`);
    assertEquals([other.status, other.headers.get("allow"), (await other.json()).code], [405, "POST", "E_METHOD"]);
  }));
