// The program of the service: what it does not start with, and what does not end it.
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Program } from "./_program.ts";
import { Raw } from "./_raw.ts";
import { bytesOfRows } from "./_served.ts";

/** Runs a test beside a folder with a file of logits and a module that is run before the program. */
async function beside(module: string, run: (root: string, preload: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/root`);
    await Deno.writeFile(`${folder}/root/rows.f32`, bytesOfRows([1, 3]));
    await Deno.writeTextFile(`${folder}/preload.ts`, module);
    await run(`${folder}/root`, `${folder}/preload.ts`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A request whose work goes through `Deno.realPath`. */
function ask(origin: string): Promise<Response> {
  return fetch(`${origin}/v1/reduce?vocabulary=2&source=rows.f32`, { method: "POST" });
}

Deno.test("an error that nothing caught fails the request it came from, is told with its id, and ends nothing", () =>
  beside(
    // What it came from never ends: nobody is left to answer.
    `Deno.realPath = () => {
      Promise.reject(new Error("provoked"));
      return new Promise(() => {});
    };`,
    async (root, preload) => {
      await using program = new Program(["--root", root, "--log"], { preload });
      const origin = await program.origin();
      for (let i = 0; i < 3; i++) {
        const answer = await ask(origin);
        const { code, detail } = await answer.json();
        assertEquals([answer.status, code], [500, "E_INTERNAL"]);
        assert(!detail.includes("provoked"), detail);
      }
      assertEquals((await (await fetch(`${origin}/healthz`)).json()).status, "ok");
      assertStringIncludes(await (await fetch(`${origin}/metrics`)).text(), "sluice_requests_active 0");
      const [, inWork, failed] = /nothing caught; requests in work: (\S+); failed: (\S+) Error: provoked/.exec(
        program.said,
      )!;
      assertEquals(inWork, failed);
      assertStringIncludes(program.said, `{"time":`);
      assertStringIncludes(program.said, `"id":"${failed}"`);
      assertEquals(program.said.match(/provoked/g)!.length, 3, "each is told once");
    },
  ));

Deno.test("one that belongs to nobody is told with the ids of all requests in work, and fails none", () =>
  beside(
    `const realPath = Deno.realPath;
    Deno.realPath = async (path) => {
      setTimeout(() => { throw new Error("provoked"); }, 0);
      await new Promise((resolve) => setTimeout(resolve, 100));
      return await realPath(path);
    };`,
    async (root, preload) => {
      await using program = new Program(["--root", root], { preload });
      const origin = await program.origin();
      const answers = await Promise.all([ask(origin), ask(origin)]);
      for (const answer of answers) assertEquals([answer.status, (await answer.json()).argmax], [200, 1]);
      assertMatch(program.said, /requests in work: [\w-]+, [\w-]+; failed: none Error: provoked/);
    },
  ));

Deno.test("an answer that has begun is cut off when its request fails so", () =>
  beside(
    `const open = Deno.open;
    Deno.open = async (...args) => {
      const file = await open(...args);
      let reads = 0;
      const read = file.read.bind(file);
      file.read = (buffer) => {
        if (reads++ < 3) return read(buffer.subarray(0, 4096));
        Promise.reject(new Error("provoked"));
        return new Promise(() => {});
      };
      return file;
    };`,
    async (root, preload) => {
      await Deno.writeFile(`${root}/many.f32`, bytesOfRows(new Array(1 << 16).fill(1)));
      await using program = new Program(["--root", root], { preload });
      const origin = await program.origin();
      const answer = await fetch(`${origin}/v1/reduce?vocabulary=1024&topK=1&source=many.f32`, { method: "POST" });
      const text = await answer.text().catch(() => "cut");
      assertEquals([answer.status, text], [200, "cut"]);
      assertEquals((await (await fetch(`${origin}/healthz`)).json()).status, "ok");
      assertStringIncludes(program.said, "provoked");
    },
  ));

Deno.test("a root that is no folder does not start", async () => {
  for (const root of ["/no/such/folder", new URL(import.meta.url).pathname]) {
    await using program = new Program(["--root", root]);
    assertEquals(await program.status(), 2);
    assertMatch(program.said, /^sluice: Cannot serve the files of "[^"]+": wanted a folder, but [^\n]+\n$/);
  }
});

Deno.test("an address that is taken does not start, in a line that says so", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using program = new Program(["--port", `${taken.addr.port}`]);
  assertEquals(await program.status(), 2);
  assertMatch(program.said, /^sluice: Cannot listen on 127\.0\.0\.1:\d+: [^\n]+\n$/);
});

Deno.test("told to stop twice, it does not wait for the requests in work", async () => {
  await using program = new Program(["--grace", "60"]);
  const port = Number(new URL(await program.origin()).port);
  using raw = await Raw.open(port);
  await raw.send("POST /v1/reduce?vocabulary=2 HTTP/1.1\nhost: localhost\ncontent-length: 80\n\n12345678");
  await raw.readUntil('"row":0');
  program.kill("SIGINT");
  // The first one has been heard when new requests are refused.
  for (let status = 200; status !== 503;) {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
    await answer?.body?.cancel();
    status = answer?.status ?? 503;
  }
  program.kill("SIGTERM");
  assertEquals(await program.status(), 1);
});
