// What a source can do wrong, seen through the service: each code by a request that raises it.
import { assert, assertEquals } from "@std/assert";
import type { ERRORS } from "../../mod.ts";
import { bytesOfRows, lines, npyOf, type Served, served, until } from "./_served.ts";

const FILE = bytesOfRows(Array.from({ length: 4000 }, (_, i) => i % 17));

/** A server that is not ours, and a service that may ask it. */
async function beside(
  answer: (from: number, asked: number) => Response,
  run: (served: Served, url: string) => Promise<void>,
): Promise<void> {
  let asked = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ headers }) => {
    return answer(Number(/^bytes=(\d+)-/.exec(headers.get("range") ?? "")![1]), asked++);
  });
  const origin = `http://127.0.0.1:${server.addr.port}`;
  try {
    await served({ allowPrivateOrigins: [origin], limits: { rowCache: 0 } }, (own) => run(own, `${origin}/a.f32`));
  } finally {
    await server.shutdown();
  }
}

function part(from: number, etag: string): Response {
  const range = `bytes ${from}-${FILE.length - 1}/${FILE.length}`;
  return new Response(FILE.slice(from), { status: 206, headers: { "content-range": range, etag } });
}

async function codeOf(answer: Response): Promise<string> {
  const { code, detail, status } = await answer.json();
  assertEquals(answer.status, status);
  assert(!/\n\s+at /.test(detail), detail);
  return code;
}

Deno.test("a server that gives no parts, none of it, or an error", async () => {
  const answers: [() => Response, keyof typeof ERRORS][] = [
    [() => new Response(FILE), "E_SOURCE_RANGE"],
    [() => new Response("gone", { status: 404 }), "E_SOURCE_MISSING"],
    [() => new Response("no", { status: 500 }), "E_SOURCE_READ"],
  ];
  for (const [answer, code] of answers) {
    await beside(answer, async ({ post }, url) => {
      assertEquals(await codeOf(await post(`/v1/reduce?vocabulary=4000&source=${url}`)), code);
    });
  }
});

Deno.test("a file that is replaced before it is read, and one that is replaced between its two reads", async () => {
  for (const change of [1, 2]) {
    await beside((from, asked) => part(from, asked < change ? '"1"' : '"2"'), async ({ post }, url) => {
      assertEquals(await codeOf(await post(`/v1/softmax?vocabulary=4000&source=${url}`)), "E_SOURCE_CHANGED");
    });
  }
});

Deno.test("a body that goes on after its last row", () =>
  served({}, async ({ post }) => {
    const body = new Uint8Array([...npyOf([1, 2], "(1, 2)"), 0]);
    const rows = await lines(await post("/v1/reduce", body, { headers: { "content-type": "application/x-npy" } }));
    assertEquals([rows[0].argmax, rows[1].error.code], [1, "E_SOURCE_LONG"]);
  }));

Deno.test("more rows than the service answers", () =>
  served({ limits: { rows: 2 } }, async ({ post }) => {
    const type = { headers: { "content-type": "application/octet-stream" } };
    const rows = await lines(await post("/v1/reduce?vocabulary=1", bytesOfRows([1, 2, 3]), type));
    assertEquals(rows.map((row) => row.error?.code ?? row.row), [0, 1, "E_LIMIT"]);
    const known = await post("/v1/reduce", npyOf([1, 2, 3], "(3, 1)"), {
      headers: { "content-type": "application/x-npy" },
    });
    assertEquals(await codeOf(known), "E_LIMIT");
  }));

Deno.test("a fault of the service itself is E_INTERNAL, and its owner is told", async () => {
  const { createApp } = await import("../../src/http/mod.ts");
  const told: unknown[] = [];
  const app = createApp({ sample: { logits: "no/such/sample.npy" }, onError: (error) => told.push(error) });
  const answer = await app.request("/page/sample.npy");
  assertEquals(await codeOf(answer), "E_INTERNAL");
  assert(told[0] instanceof Deno.errors.NotFound);
});

Deno.test("a client that leaves before the first row ends the reading of a named source", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const vocabulary = 2 ** 26;
    const file = await Deno.open(`${folder}/long.f32`, { create: true, write: true });
    // A row far longer than can be read in the time; its file has no blocks on disk.
    await file.truncate(vocabulary * 4 * 16);
    file.close();
    const ended: (string | undefined)[] = [];
    await served({ root: folder, log: ({ error }) => ended.push(error) }, async ({ origin, service }) => {
      const leave = new AbortController();
      const path = `${origin}/v1/reduce?source=long.f32&vocabulary=${vocabulary * 16}`;
      const asked = fetch(path, { method: "POST", signal: leave.signal }).catch(() => {});
      await until(() => service.active === 1, "the request was taken");
      leave.abort();
      await asked;
      await until(() => service.active === 0, "the request ended");
      assertEquals(ended, ["E_ABORTED"]);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
