// Backpressure, stalls, leaving, limits: what a service must survive. Real sockets; raw TCP where fetch is too polite.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { bytesOfRows, lines, served, until } from "./_served.ts";

const OCTETS = { headers: { "content-type": "application/octet-stream" } };
const encoder = new TextEncoder();

/** A body without end that counts what is pulled of it, and a way for its sender to leave. */
function endless(piece: Uint8Array<ArrayBuffer>) {
  const seen = { pulled: 0 };
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      seen.pulled++;
      controller.enqueue(piece.slice());
    },
  }, { highWaterMark: 0 });
  return { body, seen, leave: new AbortController() };
}

/** A request by hand; the connection stays open. */
async function raw(port: number, head: string, ...pieces: Uint8Array[]): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  for (const piece of [encoder.encode(head.replaceAll("\n", "\r\n")), ...pieces]) await writeAll(connection, piece);
  return connection;
}

async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await connection.write(bytes.subarray(done));
}

/** Reads until the text is there; then hangs up: the server has no say in when an idle connection ends. */
async function readUntil(connection: Deno.TcpConn, wanted: string): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(4096);
  let text = "";
  for (let count = 0; !text.includes(wanted) && count !== null;) {
    count = await connection.read(buffer) as number;
    if (count) text += decoder.decode(buffer.subarray(0, count));
  }
  connection.close();
  return text;
}

Deno.test("a row is answered while the next is still to come", () =>
  served({}, async ({ post }) => {
    let send!: (bytes: Uint8Array<ArrayBuffer> | null) => void;
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start(controller) {
        send = (bytes) => bytes ? controller.enqueue(bytes) : controller.close();
      },
    });
    send(bytesOfRows([1, 2]));
    const answer = await post("/v1/reduce?vocabulary=2", body, OCTETS);
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    assertStringIncludes((await reader.read()).value!, '"row":0');
    send(bytesOfRows([3, 4]));
    assertStringIncludes((await reader.read()).value!, '"row":1');
    send(null);
    assert((await reader.read()).done);
  }));

Deno.test("a client that leaves cancels its source: nothing is read afterwards", () =>
  served({}, async ({ post, service }) => {
    const { body, seen, leave } = endless(new Uint8Array(4096));
    const answer = await post("/v1/reduce?vocabulary=1024", body, { ...OCTETS, signal: leave.signal });
    const reader = answer.body!.getReader();
    await reader.read();
    const left = performance.now();
    leave.abort();
    await reader.read().catch(() => {});
    await until(() => service.active === 0, "the request ended");
    assert(performance.now() - left < 1000);
    const { pulled } = seen;
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert(seen.pulled <= pulled + 1, `${seen.pulled - pulled} pieces were pulled after the client had left`);
  }));

Deno.test("a client that takes nothing stops its source, and is dropped", async () => {
  const ended: string[] = [];
  await served(
    { limits: { stallSeconds: 0.3 }, log: ({ error }) => ended.push(String(error)) },
    async ({ port, service }) => {
      // Probabilities are as many bytes as logits: with nobody to take them, the upload must come to a stand.
      const connection = await raw(
        port,
        "POST /v1/softmax?vocabulary=1024 HTTP/1.1\nhost: localhost\ntransfer-encoding: chunked\ncontent-type: application/octet-stream\n\n",
      );
      const body = new Uint8Array(7 + 65_536 + 2);
      body.set(encoder.encode("10000\r\n"));
      body.set(encoder.encode("\r\n"), 7 + 65_536);
      let sent = 0;
      const sending = (async () => {
        for (; sent < 2000; sent++) await writeAll(connection, body);
      })().catch(() => {});
      await until(() => service.active === 1, "the request was taken");
      await until(() => ended.length === 1, "the client was dropped");
      connection.close();
      await sending;
      assertEquals(ended, ["E_TIMEOUT"]);
      assert(sent < 2000, "backpressure reached the client");
      assertEquals(service.active, 0);
    },
  );
});

Deno.test("a client that sends nothing is told so, also in the middle of an answer", () =>
  served({ limits: { stallSeconds: 0.1 } }, async ({ port }) => {
    const head = "POST /v1/reduce?vocabulary=2 HTTP/1.1\nhost: localhost\nconnection: close\ncontent-length: 64\n\n";
    const silent = await readUntil(await raw(port, head), "E_TIMEOUT");
    assertStringIncludes(silent, "HTTP/1.1 408");
    const begun = await readUntil(await raw(port, head, bytesOfRows([1, 2])), "E_TIMEOUT");
    assertStringIncludes(begun, "HTTP/1.1 200");
    assertStringIncludes(begun, '"row":0');
    assertStringIncludes(begun, '{"error":{');
  }));

Deno.test("a request that takes too long in all is ended", () =>
  served({ limits: { requestSeconds: 0.1 } }, async ({ post }) => {
    const { body, leave } = endless(new Uint8Array(4096));
    const rows = await lines(await post("/v1/reduce?vocabulary=1024", body, { ...OCTETS, signal: leave.signal }));
    leave.abort();
    assertEquals(rows.at(-1).error.code, "E_TIMEOUT");
    assert(rows.length > 1);
  }));

Deno.test("an upload that is cut short gives its resources back, and is logged as the client's", async () => {
  const ended: (string | undefined)[] = [];
  await served({ log: ({ error }) => ended.push(error) }, async ({ port, service }) => {
    const head = "POST /v1/reduce?vocabulary=1024 HTTP/1.1\nhost: localhost\ncontent-length: 8192\n\n";
    (await raw(port, head, new Uint8Array(100))).close();
    await until(() => ended.length === 1, "the first ended");
    (await raw(port, head, new Uint8Array(5000))).close();
    await until(() => ended.length === 2, "the second ended");
    assertEquals(ended, ["E_ABORTED", "E_ABORTED"]);
    assertEquals(service.active, 0);
  });
});

Deno.test("a body that is too long: by its length at once, else when the limit is met", () =>
  served({ limits: { bytes: 4096 } }, async ({ post }) => {
    const declared = await post("/v1/reduce?vocabulary=1024", new Uint8Array(8192), OCTETS);
    assertEquals([declared.status, (await declared.json()).code], [413, "E_BODY_LIMIT"]);
    const { body, leave } = endless(new Uint8Array(1024));
    const rows = await lines(await post("/v1/reduce?vocabulary=256", body, { ...OCTETS, signal: leave.signal }));
    leave.abort();
    assertEquals(rows.length, 5);
    assertEquals(rows[4].error.code, "E_BODY_LIMIT");
  }));

Deno.test("an upload that is given up comes to a stand: nobody takes what nobody wants", () =>
  served({}, async ({ post }) => {
    const { body, seen, leave } = endless(new Uint8Array(1 << 18));
    const answer = await post("/v1/reduce?vocabulary=65536&rows=0:1", body, { ...OCTETS, signal: leave.signal });
    assertEquals((await lines(answer)).length, 1);
    let before = -1;
    for (let tries = 0; before !== seen.pulled; tries++) {
      assert(tries < 40, `${seen.pulled} pieces went out`);
      before = seen.pulled;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    leave.abort();
  }));

Deno.test("above the cap: 503 with Retry-After at once; below it again: served", () =>
  served({ limits: { requests: 1 } }, async ({ post, service }) => {
    const { body, leave } = endless(new Uint8Array(4096));
    const first = await post("/v1/reduce?vocabulary=1024", body, { ...OCTETS, signal: leave.signal });
    const second = await post("/v1/reduce?vocabulary=2", bytesOfRows([1, 2]), OCTETS);
    assertEquals([second.status, second.headers.get("retry-after")], [503, "1"]);
    assertEquals((await second.json()).code, "E_BUSY");
    leave.abort();
    await first.body!.cancel().catch(() => {});
    await until(() => service.active === 0, "the first ended");
    assertEquals((await lines(await post("/v1/reduce?vocabulary=2", bytesOfRows([1, 2]), OCTETS))).length, 1);
  }));

Deno.test("fifty clients that leave in the middle leave nothing behind", () =>
  served({}, async ({ post, service }) => {
    for (let i = 0; i < 50; i++) {
      const { body, leave } = endless(new Uint8Array(1000 + i));
      const answer = await post("/v1/reduce?vocabulary=64&topK=1", body, { ...OCTETS, signal: leave.signal });
      if (i % 2) await answer.body!.getReader().read();
      leave.abort();
    }
    await until(() => service.active === 0, "all requests ended");
  }));
