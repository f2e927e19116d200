// A source may be the URL of a file: the same rows as the file itself.
import { assertEquals, assertStringIncludes } from "@std/assert";
import { logits, npy, sluice } from "./_shell.ts";

const FILE = npy(logits(300), [3, 100]);

async function serving(run: (origin: string) => Promise<void>): Promise<void> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ url, headers }) => {
    if (!url.endsWith("/a.npy")) return new Response("none", { status: 404 });
    const from = Number(/^bytes=(\d+)-/.exec(headers.get("range") ?? "")![1]);
    const range = `bytes ${from}-${FILE.length - 1}/${FILE.length}`;
    return new Response(FILE.slice(from), { status: 206, headers: { "content-range": range, etag: '"1"' } });
  });
  try {
    await run(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

Deno.test("sluice reduce URL prints what sluice reduce FILE does", () =>
  serving(async (origin) => {
    const path = await Deno.makeTempFile({ suffix: ".npy" });
    await Deno.writeFile(path, FILE);
    const [byUrl, byFile] = [await sluice(["reduce", `${origin}/a.npy`]), await sluice(["reduce", path])];
    await Deno.remove(path);
    assertEquals(byUrl, byFile);
    assertEquals(byUrl.status, 0);
  }));

Deno.test("a URL without a file is one line of error, and status 1", () =>
  serving(async (origin) => {
    const { status, err } = await sluice(["reduce", `${origin}/b.npy`]);
    assertEquals(status, 1);
    assertStringIncludes(err, "sluice: E_SOURCE_MISSING: Cannot read");
    assertEquals(err.trim().split("\n").length, 1);
  }));
