// Whom the service answers: DNS rebinding and pages of elsewhere.
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { Hono } from "hono";
import { type AppOptions, createApp } from "../../src/http/mod.ts";
import { Raw } from "./_raw.ts";
import { bytesOfRows, served } from "./_served.ts";

const BODY = bytesOfRows([1, 3]);
const OCTETS = { "content-type": "application/octet-stream" };

/** The code that a request is refused with, or its status. */
async function told(options: AppOptions, url: string, headers: Record<string, string> = {}): Promise<unknown> {
  const answer = await createApp(options).request(url, {
    method: "POST",
    body: BODY,
    headers: { ...OCTETS, ...headers },
  });
  const { status } = answer;
  if (status === 200) return await answer.text(), 200;
  const { code, status: same } = await answer.json();
  assertEquals(same, status);
  return code;
}

const PATH = "/v1/reduce?vocabulary=2";

Deno.test("addresses and localhost are answered for, other names only where they are allowed", async () => {
  const allowed = { allowHosts: ["Models.example.org", "gpu7"] };
  const cases: [AppOptions, string, unknown][] = [
    [{}, "localhost", 200],
    [{}, "localhost:8787", 200],
    [{}, "LOCALHOST.:8787", 200],
    [{}, "sluice.localhost", 200],
    [{}, "127.0.0.1:8787", 200],
    [{}, "192.168.1.7", 200],
    [{}, "[::1]:8787", 200],
    [{}, "[fd00::7]", 200],
    [{}, "attacker.example", "E_HOST_BLOCKED"],
    [{}, "localhost.attacker.example", "E_HOST_BLOCKED"],
    [{}, "127.0.0.1.attacker.example", "E_HOST_BLOCKED"],
    [{}, "notlocalhost", "E_HOST_BLOCKED"],
    [allowed, "models.example.org", 200],
    [allowed, "MODELS.example.org.:443", 200],
    [allowed, "gpu7:8787", 200],
    [allowed, "a.models.example.org", "E_HOST_BLOCKED"],
    [allowed, "attacker.example", "E_HOST_BLOCKED"],
    [{ allowHosts: ["*"] }, "attacker.example", 200],
  ];
  for (const [options, host, wanted] of cases) {
    // The address alone, as HTTP/1.0 and HTTP/2 have it; and the header, whatever the address says.
    assertEquals(await told(options, `http://${host}${PATH}`), wanted, host);
    assertEquals(await told(options, PATH, { host }), wanted, `host: ${host}`);
  }
  assertEquals(await told({}, `http://attacker.example${PATH}`, { host: "localhost" }), "E_HOST_BLOCKED");
});

Deno.test("a header Host that holds more than a host and a port names none", async () => {
  for (
    const host of [
      "",
      "a b<>",
      "attacker.example@localhost",
      "localhost/x",
      "localhost?x",
      "localhost, gpu7",
      "localhost#",
    ]
  ) {
    assertEquals(await told({}, PATH, { host }), "E_HOST_BLOCKED", host);
  }
});

Deno.test("a header Host without a name does not take one out of the path", () =>
  served({ allowHosts: ["*"] }, async ({ port }) => {
    using raw = await Raw.open(port);
    await raw.send("GET /healthz HTTP/1.1\nhost:\nconnection: close\n\n");
    assertStringIncludes(await raw.readToEnd(), '{"status":"ok"}');
  }));

Deno.test("an origin that is no page of the web is nobody's own", async () => {
  for (const origin of ["capacitor://localhost", "chrome-extension://localhost", "file://localhost"]) {
    assertEquals(await told({}, PATH, { host: "localhost", origin }), "E_ORIGIN_BLOCKED", origin);
  }
});

Deno.test("every address of the service looks at the host, over a socket, too", () =>
  served({ allowHosts: ["gpu7"] }, async ({ port }) => {
    const ask = async (request: string) => {
      using raw = await Raw.open(port);
      await raw.send(request);
      return Number((await raw.readUntil("\r\n\r\n")).split(" ")[1]);
    };
    for (const path of ["/", "/page/page.js", "/healthz", "/metrics", "/openapi.json", "/nowhere"]) {
      assertEquals(await ask(`GET ${path} HTTP/1.1\nhost: attacker.example\n\n`), 421, path);
    }
    assertEquals(await ask("GET /healthz HTTP/1.1\nhost: gpu7:1\n\n"), 200);
    assertEquals(await ask("GET /healthz HTTP/1.0\n\n"), 200);
    assertEquals(await ask("GET /healthz HTTP/1.1\nhost: localhost\nhost: gpu7\n\n"), 421);
    // The target of a request to a proxy holds a host, too.
    assertEquals(await ask("GET http://localhost/healthz HTTP/1.1\nhost: localhost\n\n"), 200);
    assertEquals(await ask("GET http://attacker.example/healthz HTTP/1.1\nhost: localhost\n\n"), 421);
    assertEquals(await ask("GET http://localhost/healthz HTTP/1.1\nhost: attacker.example\n\n"), 421);
    assertEquals(await ask("GET @attacker.example/healthz HTTP/1.1\nhost: localhost\n\n"), 400);
  }));

Deno.test("a page may ask its own service, this machine's pages and allowed ones any; no other", async () => {
  const own = `http://192.168.1.7:8787${PATH}`;
  const cases: [AppOptions, string, string, unknown][] = [
    [{}, own, "http://192.168.1.7:8787", 200],
    [{}, own, "https://192.168.1.7:8787", 200],
    [{}, own, "http://192.168.1.7:9999", "E_ORIGIN_BLOCKED"],
    [{}, own, "http://203.0.113.5", "E_ORIGIN_BLOCKED"],
    [{}, own, "http://localhost:5173", 200],
    [{}, own, "http://127.0.0.1:5173", 200],
    [{}, own, "https://attacker.example", "E_ORIGIN_BLOCKED"],
    [{}, own, "http://127.attacker.example", "E_ORIGIN_BLOCKED"],
    [{}, own, "null", "E_ORIGIN_BLOCKED"],
    [{}, own, "", "E_ORIGIN_BLOCKED"],
    [{ allowHosts: ["models.example.org"] }, own, "https://models.example.org", 200],
    [{ allowHosts: ["models.example.org"] }, `http://models.example.org${PATH}`, "https://models.example.org", 200],
    [{ allowHosts: ["*"] }, own, "https://attacker.example", "E_ORIGIN_BLOCKED"],
    [{ cors: ["https://notebook.example.org"] }, own, "https://notebook.example.org", 200],
    [{ cors: ["https://notebook.example.org"] }, own, "http://notebook.example.org", "E_ORIGIN_BLOCKED"],
    [{ cors: ["*"] }, own, "https://attacker.example", 200],
  ];
  for (const [options, url, origin, wanted] of cases) {
    assertEquals(await told(options, url, { origin }), wanted, `${origin} asks ${url}`);
  }
});

Deno.test("cors: pages of the origin may ask beforehand, and read answers and errors", () =>
  served({ cors: ["https://notebook.example.org"], token: "secret" }, async ({ origin, post }) => {
    const page = { origin: "https://notebook.example.org" };
    const before = await fetch(`${origin}/v1/reduce`, {
      method: "OPTIONS",
      headers: {
        ...page,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
      },
    });
    assertEquals([before.status, before.headers.get("access-control-allow-origin")], [204, page.origin]);
    assertStringIncludes(before.headers.get("access-control-allow-methods")!, "POST");
    assertStringIncludes(before.headers.get("access-control-allow-headers")!, "authorization");
    for (const authorization of ["Bearer secret", "Bearer wrong"]) {
      const answer = await post(PATH, BODY, { headers: { ...OCTETS, ...page, authorization } });
      assertEquals(answer.status, authorization.endsWith("secret") ? 200 : 401);
      assertEquals(answer.headers.get("access-control-allow-origin"), page.origin);
      assertStringIncludes(answer.headers.get("access-control-expose-headers")!, "retry-after");
      await answer.text();
    }
    const other = await fetch(`${origin}/v1/reduce`, {
      method: "OPTIONS",
      headers: { origin: "https://attacker.example" },
    });
    assertEquals([other.status, other.headers.get("access-control-allow-origin")], [403, null]);
    await other.text();
  }));

Deno.test("without cors no page of elsewhere may read", async () => {
  const answer = await createApp().request(PATH, {
    method: "POST",
    body: BODY,
    headers: { ...OCTETS, origin: "http://localhost" },
  });
  assertEquals([answer.status, answer.headers.get("access-control-allow-origin")], [200, null]);
  await answer.text();
});

Deno.test("in somebody's own app, the names of that app are allowed like any other", async () => {
  const ask = async (options: AppOptions) => {
    const app = new Hono().route("/logits", createApp(options));
    return await app.request(`https://models.example.org/logits${PATH}`, {
      method: "POST",
      body: BODY,
      headers: OCTETS,
    });
  };
  const refused = await ask({});
  assertEquals(refused.status, 421);
  const { code, detail } = await refused.json();
  assertEquals(code, "E_HOST_BLOCKED");
  assertStringIncludes(detail, "allowHosts");
  for (const name of ["models.example.org", "*"]) assert((await ask({ allowHosts: [name] })).ok);
});

Deno.test("what is no name of a host, or no origin, is refused before anything is served", () => {
  for (const name of ["", "http://gpu7", "gpu7:8787", "gpu7:80", "gpu 7", "a/b", "user@gpu7"]) {
    assertThrows(() => createApp({ allowHosts: [name] }), RangeError, "Cannot allow", name);
  }
  for (const origin of ["", "example.org", "https://example.org/path"]) {
    assertThrows(() => createApp({ cors: [origin] }), RangeError, "Cannot allow", origin);
  }
});
