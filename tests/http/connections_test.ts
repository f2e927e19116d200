// Connections: how many, and how long they may say nothing.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { IncomingMessage, ServerResponse } from "node:http";
import { requestOf } from "../../src/http/server/_node_request.ts";
import { Program } from "./_program.ts";
import { Raw } from "./_raw.ts";
import { bytesOfRows, served, until } from "./_served.ts";

const HEALTH = "GET /healthz HTTP/1.1\nhost: localhost\n\n";
const HEAD = "POST /v1/reduce?vocabulary=1024 HTTP/1.1\nhost: localhost\ncontent-type: application/octet-stream\n";

/** Whether a new connection gets an answer. */
async function alive(port: number): Promise<boolean> {
  try {
    using raw = await Raw.open(port);
    await raw.send(HEALTH);
    return (await raw.readUntil('"ok"')).includes('"ok"');
  } catch {
    return false;
  }
}

/** Waits until a new connection gets an answer again. */
async function recovered(port: number): Promise<void> {
  const begun = Date.now();
  while (!await alive(port)) {
    assert(Date.now() - begun < 20_000, "the service answers nobody any more");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

Deno.test("a connection beyond the cap is closed at once; those there are go on, and make room when they leave", () =>
  served({ limits: { connections: 2 } }, async ({ port }) => {
    using first = await Raw.open(port);
    await first.send(HEALTH);
    assertStringIncludes(await first.readUntil('"ok"'), "200 OK");
    {
      using second = await Raw.open(port);
      await second.send(HEALTH);
      assertStringIncludes(await second.readUntil('"ok"'), "200 OK");
      using third = await Raw.open(port);
      assertEquals(await third.readToEnd(), "");
      await first.send(HEALTH);
      assertStringIncludes(await first.readUntil('"ok"'), "200 OK");
    }
    await recovered(port);
    await first.send(HEALTH);
    assertStringIncludes(await first.readUntil('"ok"'), "200 OK");
  }));

Deno.test("a client has so long for its headers, byte by byte or not at all", () =>
  served({ limits: { headerSeconds: 0.3 } }, async ({ port }) => {
    for (const begin of ["", "GET /healthz HTTP/1.1\nhost: loc"]) {
      using raw = await Raw.open(port);
      await raw.send(begin);
      assertMatch(await raw.readToEnd(), /^HTTP\/1\.1 408 .*"code":"E_TIMEOUT"/s);
    }
    using drip = await Raw.open(port);
    await drip.send("GET /healthz HTTP/1.1\nhost: localhost\nx: ");
    const sending = (async () => {
      for (;;) {
        await drip.send("a");
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })().catch(() => {});
    assertStringIncludes(await drip.readToEnd(), "408");
    await sending;
  }));

Deno.test("what is no request of HTTP is told so", () =>
  served({}, async ({ port }) => {
    const cases = [
      ["nonsense\n\n", 400],
      ["GET /healthz HTTP/1.1\nhost: localhost\nno colon\n\n", 400],
      [`GET /healthz HTTP/1.1\nhost: localhost\nx: ${"x".repeat(100_000)}\n\n`, 413],
      ["PRI * HTTP/2.0\n\nSM\n\n", 400],
      ["TRACE /healthz HTTP/1.1\nhost: localhost\nconnection: close\n\n", 405],
    ] as const;
    for (const [text, status] of cases) {
      using raw = await Raw.open(port);
      await raw.send(text);
      assertStringIncludes(await raw.readToEnd(), `HTTP/1.1 ${status} `, text);
    }
  }));

Deno.test("a connection may be idle so long between two requests", () =>
  served({ limits: { idleSeconds: 0.2 } }, async ({ port }) => {
    using raw = await Raw.open(port);
    await raw.send(HEALTH);
    assertStringIncludes(await raw.readUntil('"ok"'), "200 OK");
    assertEquals((await raw.readToEnd()).includes("HTTP/"), false);
  }));

Deno.test("a body that nobody wants any more is taken for so long, then its connection ends", () =>
  served({ limits: { idleSeconds: 0.3 } }, async ({ port }) => {
    for (const first of ["POST /nowhere HTTP/1.1\nhost: localhost\n", "GET /healthz HTTP/1.1\nhost: localhost\n"]) {
      using raw = await Raw.open(port);
      await raw.send(`${first}content-length: 1000000\n\n0123456789`);
      const answer = await raw.readToEnd();
      assertMatch(answer, /^HTTP\/1\.1 (404|200) /);
    }
  }));

Deno.test("a short body that nobody wants stands in no request's way", () =>
  served({}, async ({ port }) => {
    using raw = await Raw.open(port);
    await raw.send(
      `POST /nowhere HTTP/1.1\nhost: localhost\ncontent-length: 100000\n\n${"x".repeat(100_000)}${HEALTH}`,
    );
    const answers = await raw.readUntil('"ok"');
    assertStringIncludes(answers, "404");
    assertStringIncludes(answers, '"ok"');
  }));

/** Runs a test with a file whose probabilities no kernel buffer holds. */
async function withFile(run: (root: string, ask: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${root}/rows.f32`, new Uint8Array(1 << 25));
    await run(
      root,
      "POST /v1/softmax?vocabulary=1024&source=rows.f32 HTTP/1.1\nhost: localhost\ncontent-length: 0\n\n",
    );
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("requests sent without waiting are answered one after the other, in their order", () =>
  served({}, async ({ port }) => {
    using raw = await Raw.open(port);
    await raw.send(`${HEALTH.replace("healthz", "nowhere").repeat(40)}${HEALTH}`);
    const answers = await raw.readUntil('"ok"');
    assertEquals(answers.match(/HTTP\/1\.1 404/g)!.length, 40);
    assert(answers.lastIndexOf("HTTP/1.1 404") < answers.indexOf("HTTP/1.1 200"));
  }));

Deno.test("of requests sent without waiting one at a time is in work, and none is left when the client leaves", () =>
  withFile((root, ask) =>
    served({ root }, async ({ port, service }) => {
      {
        using raw = await Raw.open(port);
        await raw.send(ask.repeat(5));
        assertStringIncludes(await raw.readUntil("\r\n\r\n"), "200 OK");
        assertEquals(service.active, 1);
      }
      await until(() => service.active === 0, "all requests ended");
    })
  ));

Deno.test("a request that names no host has an address, also when its client has left meanwhile", () => {
  const incoming = (socket: { localAddress?: string; localPort?: number }) =>
    ({ method: "GET", url: "/metrics", headers: {}, rawHeaders: [], socket }) as unknown as IncomingMessage;
  const urlOf = (socket: { localAddress?: string; localPort?: number }) =>
    requestOf(incoming(socket), {} as ServerResponse, new AbortController().signal)!.url;
  assertEquals(urlOf({ localAddress: "127.0.0.1", localPort: 8787 }), "http://127.0.0.1:8787/metrics");
  assertEquals(urlOf({ localAddress: "::1", localPort: 8787 }), "http://[::1]:8787/metrics");
  assertEquals(urlOf({}), "http://127.0.0.1/metrics");
});

Deno.test("a connection on which too many requests wait is closed", () =>
  withFile((root, ask) =>
    served({ root }, async ({ port, service }) => {
      using raw = await Raw.open(port);
      await raw.send(ask + HEALTH.repeat(300));
      assertEquals((await raw.readToEnd()).includes('"ok"'), false);
      await until(() => service.active === 0, "the request ended");
    })
  ));

Deno.test("a client that waits to be asked for its body is asked once somebody reads it, not when it is refused", () =>
  served({}, async ({ port }) => {
    const expect = "expect: 100-continue\ncontent-length: 4096\n\n";
    using taken = await Raw.open(port);
    await taken.send(HEAD + expect);
    assertEquals(await taken.read(), "HTTP/1.1 100 Continue\r\n\r\n");
    await taken.sendBytes(bytesOfRows(new Array(1024).fill(1)));
    assertStringIncludes(await taken.readUntil('"row":0'), "200 OK");
    using refused = await Raw.open(port);
    await refused.send(HEAD.replace("vocabulary=1024", "vocabulary=0") + expect);
    const answer = await refused.readToEnd();
    assertMatch(answer, /^HTTP\/1\.1 400 .*"code":"E_PARAM"/s);
    for (const [path, status] of [["/nowhere", 404], ["/v1/reduce?vocabulary=1024", 415]] as const) {
      using early = await Raw.open(port);
      await early.send(`POST ${path} HTTP/1.1\nhost: localhost\ncontent-type: text/plain\n${expect}`);
      assert((await early.readToEnd()).startsWith(`HTTP/1.1 ${status} `), path);
    }
  }));

Deno.test("requests sent without waiting for answers are answered in order, one after the other", () =>
  served({}, async ({ port }) => {
    using raw = await Raw.open(port);
    const asks = Array.from({ length: 50 }, (_, i) => `GET /healthz/${i} HTTP/1.1\nhost: localhost\n\n`);
    await raw.send(`${asks.join("")}GET /healthz HTTP/1.1\nhost: localhost\nconnection: close\n\n`);
    const answers = await raw.readToEnd();
    assertEquals(answers.split("HTTP/1.1 404").length - 1, 50);
    assertStringIncludes(answers.slice(answers.lastIndexOf("404")), '"ok"');
  }));

Deno.test("answers to a client that takes none are not made ahead", async () => {
  const paths: string[] = [];
  await served({ log: ({ path }) => void paths.push(path) }, async ({ port }) => {
    using raw = await Raw.open(port);
    // More than what lies between two sockets.
    const body = bytesOfRows(new Array(3 * 65_536).fill(1));
    await raw.send(
      `POST /v1/reduce?vocabulary=65536&topK=65536&format=json HTTP/1.1\nhost: localhost\n` +
        `content-type: application/octet-stream\ncontent-length: ${body.length}\n\n`,
    );
    await raw.sendBytes(body);
    await raw.send("GET /nowhere HTTP/1.1\nhost: localhost\n\n".repeat(50));
    assertStringIncludes(await raw.read() ?? "", "200 OK");
    await new Promise((resolve) => setTimeout(resolve, 200));
    assertEquals(paths.filter((path) => path === "/nowhere").length, 0);
    await raw.send("GET /healthz HTTP/1.1\nhost: localhost\nconnection: close\n\n");
    assertEquals((await raw.readToEnd()).split("HTTP/1.1 404").length - 1, 50);
    assertEquals(paths.length, 51);
  });
});

Deno.test("too many requests sent without waiting end their connection, and no other", () =>
  served({}, async ({ port }) => {
    using raw = await Raw.open(port);
    await raw.send(HEALTH.repeat(10_000)).catch(() => {});
    await raw.readToEnd();
    assert(await alive(port));
  }));

Deno.test("more silent connections than file handles: the process lives, and answers after the deadline", async () => {
  await using program = new Program(["--limit", "headerSeconds=2"], { handles: 64 });
  const port = Number(new URL(await program.origin()).port);
  const cap = Number(await program.says(/at most (\d+) connections and \d+ requests at a time, not 512 and 64/));
  assert(cap >= 4 && cap <= 64 - 32, `${cap} connections`);
  for (let round = 0; round < 2; round++) {
    // All at once, and then one after the other.
    const silent = round === 0
      ? await Promise.all(Array.from({ length: 150 }, () => Raw.open(port).catch(() => undefined)))
      : [];
    for (let i = 0; i < 60; i++) silent.push(await Raw.open(port).catch(() => undefined));
    await recovered(port);
    for (const raw of silent) raw?.[Symbol.dispose]();
  }
  await recovered(port);
  assertEquals(program.said.match(/rror/g), null, program.said);
});

Deno.test("with file handles enough there are as many connections as the limit says", async () => {
  await using program = new Program(["--limit", "connections=600"], { handles: 1024 });
  await program.origin();
  assertEquals(program.said.match(/at most/), null);
});

Deno.test("with hardly a file handle left the service does not start, and says why", async () => {
  await using program = new Program([], { handles: 40 });
  assertEquals(await program.status(), 2);
  assertMatch(program.said, /Cannot serve: wanted at least 33 free file handles, found \d+; raise their limit/);
});
