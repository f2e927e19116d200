import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { AccessEntry } from "../../src/http/mod.ts";
import { createApp, serve } from "../../src/http/mod.ts";
import { ProblemSchema, RowSchema, StateSchema } from "../../src/http/routes/_openapi.ts";
import { Raw } from "./_raw.ts";
import { bytesOfRows, lines, served, until } from "./_served.ts";

const OCTETS = { headers: { "content-type": "application/octet-stream" } };
const BODY = bytesOfRows([1, 3, NaN, 4]);

Deno.test("a token is wanted under /v1 and /metrics, and nowhere else", () =>
  served({ token: "open-sesame" }, async ({ origin, post }) => {
    for (const authorization of [undefined, "Bearer wrong", "Basic open-sesame", "Bearer open-sesam", "open-sesame"]) {
      const headers: Record<string, string> = authorization ? { authorization } : {};
      for (
        const answer of [
          await post("/v1/reduce?vocabulary=2", BODY, { headers }),
          await fetch(`${origin}/metrics`, { headers }),
        ]
      ) {
        assertEquals([answer.status, answer.headers.get("www-authenticate")], [401, "Bearer"]);
        assertEquals((await answer.json()).code, "E_UNAUTHORIZED");
      }
    }
    const headers = { authorization: "Bearer open-sesame" };
    assertEquals((await lines(await post("/v1/reduce?vocabulary=2", BODY, { headers }))).length, 2);
    for (const path of ["/healthz", "/openapi.json"]) {
      const answer = await fetch(origin + path);
      assertEquals(answer.status, 200);
      await answer.body?.cancel();
    }
  }));

Deno.test("metrics count requests, rows, bytes and errors", () =>
  served({}, async ({ origin, post }) => {
    await (await post("/v1/reduce?vocabulary=2", BODY, OCTETS)).text();
    await (await post("/v1/reduce?vocabulary=0", BODY, OCTETS)).text();
    const answer = await fetch(`${origin}/metrics`);
    assertStringIncludes(answer.headers.get("content-type")!, "text/plain");
    const text = await answer.text();
    for (
      const line of [
        'sluice_requests_total{route="/v1/reduce",status="200"} 1',
        'sluice_requests_total{route="/v1/reduce",status="400"} 1',
        'sluice_errors_total{code="E_PARAM"} 1',
        'sluice_rows_total{route="/v1/reduce"} 2',
        'sluice_request_bytes_total{route="/v1/reduce"} 16',
        "sluice_requests_active 0",
        'sluice_request_seconds_count{route="/v1/reduce"} 2',
      ]
    ) assertStringIncludes(text, line + "\n");
  }));

Deno.test("openapi.json describes each route and parameter by the schemas that check them", () =>
  served({}, async ({ origin, post }) => {
    // deno-lint-ignore no-explicit-any
    const description: any = await (await fetch(`${origin}/openapi.json`)).json();
    assertEquals(description.openapi, "3.1.0");
    assertEquals(Object.keys(description.paths).sort(), [
      "/v1/compare",
      "/v1/merge",
      "/v1/reduce",
      "/v1/sample",
      "/v1/softmax",
      "/v1/states",
    ]);
    // deno-lint-ignore no-explicit-any
    const names = description.paths["/v1/reduce"].post.parameters.map(({ name }: any) => name);
    for (const name of ["vocabulary", "dtype", "topK", "target", "temperature", "entropy", "source"]) {
      assert(names.includes(name), name);
    }
    const rows = await lines(
      await post("/v1/reduce?vocabulary=2&target=1&specials=true&window=1&threshold=1&dwell=0", BODY, OCTETS),
    );
    for (const row of rows) RowSchema.parse(row);
    const states = await lines(await post("/v1/states?vocabulary=2", BODY, OCTETS));
    for (const state of states) StateSchema.parse(state);
    ProblemSchema.parse(await (await post("/v1/reduce?vocabulary=0")).json());
  }));

Deno.test("one line of log a request, also a refused one", async () => {
  const entries: AccessEntry[] = [];
  await served({ log: (entry) => entries.push(entry) }, async ({ post }) => {
    await (await post("/v1/reduce?vocabulary=2&topK=1", BODY, OCTETS)).text();
    await (await post("/v1/nothing")).text();
    await until(() => entries.length === 2, "both were logged");
    const [{ id, time, milliseconds, bytesOut, ...first }, second] = entries;
    assert(Date.parse(time) > 0 && milliseconds >= 0 && bytesOut > 100);
    assert(id !== "" && second.id !== "" && id !== second.id);
    assertEquals(first, { method: "POST", path: "/v1/reduce", status: 200, rows: 2, bytesIn: 16 });
    assertEquals([second.status, second.error], [404, "E_NOT_FOUND"]);
  });
});

Deno.test("wrong addresses and methods are problems, too", () =>
  served({}, async ({ origin }) => {
    for (
      const [method, path, status] of [["GET", "/v1/reduce", 405], ["POST", "/metrics", 405], [
        "GET",
        "/v2",
        404,
      ]] as const
    ) {
      const answer = await fetch(origin + path, { method });
      assertEquals(answer.status, status);
      ProblemSchema.parse(await answer.json());
    }
  }));

Deno.test("what should not happen is told to the owner, not to the client", async () => {
  const told: unknown[] = [];
  const app = createApp({ onError: (error) => told.push(error), sample: { logits: "/nowhere/secret.npy" } });
  const broken = new ReadableStream({
    pull() {
      throw new Error("at /secret/place");
    },
  });
  const answer = await app.request("/v1/reduce?vocabulary=2", { method: "POST", body: broken, ...OCTETS });
  const text = await answer.text();
  assert(!text.includes("secret"), text);
});

Deno.test("a log that fails, at once or later, is told to the owner and ends nothing", async () => {
  const logs = [
    () => {
      throw new Error("the disk is full");
    },
    () => Promise.reject(new Error("the disk is full")),
  ];
  for (const log of logs) {
    const told: unknown[] = [];
    const serving = await serve({ port: 0, limits: { stallSeconds: 0.3 }, log, onError: (error) => told.push(error) });
    const post = (path: string) => fetch(serving.origin + path, { method: "POST", body: BODY, ...OCTETS });
    assertEquals((await lines(await post("/v1/reduce?vocabulary=2"))).length, 2);
    await (await post("/v2")).body?.cancel();
    // One that takes nothing is dropped by a timer.
    const connection = await Deno.connect({ port: Number(new URL(serving.origin).port) });
    const head = `POST /v1/softmax?vocabulary=1024 HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${2 ** 30}\r\n\r\n`;
    await connection.write(new TextEncoder().encode(head));
    const sending = (async () => {
      while (told.length < 3) await connection.write(new Uint8Array(1 << 16));
    })().catch(() => {});
    await until(() => told.length === 3, "the client was dropped");
    connection.close();
    await sending;
    assertEquals(await (await fetch(`${serving.origin}/healthz`)).json(), { status: "ok" });
    await serving.stop();
  }
});

Deno.test("options are checked before anything is served", async () => {
  for (
    const options of [
      { limits: { requests: 0 } },
      { limits: { stallSeconds: -1 } },
      { limits: { nonsense: 1 } as never },
      { allowOrigins: ["example.org"] },
      { allowOrigins: ["https://example.org/path"] },
      { token: "" },
      { root: "/no/such/folder" },
      { root: new URL(import.meta.url).pathname },
      { allowHosts: ["gpu7:8787"] },
      { cors: ["example.org"] },
      { limits: { connections: 0 } },
      { limits: { headerSeconds: 0 } },
      { graceSeconds: 0 },
    ]
  ) await assertRejects(() => serve({ port: 0, ...options }), RangeError);
});

Deno.test("the app is served by Deno.serve as well", async () => {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, createApp().fetch);
  try {
    const url = `http://127.0.0.1:${server.addr.port}/v1/reduce?vocabulary=2`;
    for (const body of [BODY, new Blob([BODY]).stream()]) {
      const rows = await lines(await fetch(url, { method: "POST", body, ...OCTETS }));
      assertEquals(rows.map(({ argmax }) => argmax), [1, null]);
    }
    for (const framing of ["content-length: 8\ncontent-length: 8", "transfer-encoding: gzip, chunked"]) {
      using raw = await Raw.open(server.addr.port);
      await raw.send(`POST /v1/reduce?vocabulary=2 HTTP/1.1\nhost: localhost\n${framing}\n\n2\n{}\n0\n\n`);
      assertStringIncludes(await raw.readUntil("E_BAD_REQUEST"), "400");
    }
    const refused = await fetch(url, { method: "POST", body: BODY, headers: { origin: "https://attacker.example" } });
    assertEquals((await refused.json()).code, "E_ORIGIN_BLOCKED");
  } finally {
    await server.shutdown();
  }
});

/** A service with one request in work, of which one row has been answered. */
async function working(
  graceSeconds: number,
  run: (
    send: (bytes: Uint8Array<ArrayBuffer> | null) => void,
    read: () => Promise<string>,
    serving: Awaited<ReturnType<typeof serve>>,
  ) => Promise<void>,
) {
  const serving = await serve({ port: 0, graceSeconds });
  let send!: (bytes: Uint8Array<ArrayBuffer> | null) => void;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      send = (bytes) => bytes ? controller.enqueue(bytes) : controller.close();
    },
  });
  send(bytesOfRows([1, 2]));
  const leave = new AbortController();
  const answer = await fetch(`${serving.origin}/v1/reduce?vocabulary=2&topK=1`, {
    method: "POST",
    body,
    ...OCTETS,
    signal: leave.signal,
  });
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  const read = async () => (await reader.read()).value ?? "";
  assertStringIncludes(await read(), '"row":0');
  try {
    await run(send, read, serving);
  } finally {
    leave.abort();
    await reader.cancel().catch(() => {});
    await serving.stop();
  }
}

Deno.test("told to stop: what is in work goes on, what is new is refused", () =>
  working(10, async (send, read, serving) => {
    const stopped = serving.stop();
    const refused = await fetch(`${serving.origin}/v1/reduce?vocabulary=2`, { method: "POST", body: BODY });
    assertEquals([refused.status, (await refused.json()).code], [503, "E_SHUTDOWN"]);
    assertEquals((await fetch(`${serving.origin}/healthz`)).status, 503);
    send(bytesOfRows([3, 4]));
    assertStringIncludes(await read(), '"row":1');
    send(null);
    assertEquals(await read(), "");
    await stopped;
  }));

Deno.test("when the grace is over, an answer ends after the row in hand, and says so", () =>
  working(0.05, async (send, read, serving) => {
    const stopped = serving.stop();
    await new Promise((resolve) => setTimeout(resolve, 150));
    send(bytesOfRows([3, 4]));
    let text = await read();
    if (!text.includes("error")) text += await read();
    assertStringIncludes(text, '"row":1');
    assertStringIncludes(text, "E_SHUTDOWN");
    send(null);
    await stopped;
  }));
