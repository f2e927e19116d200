import { assert, assertEquals } from "@std/assert";
import { isPublicAddress } from "../../src/http/guard/_public_address.ts";
import { bytesOfRows, lines, npyOf, served } from "./_served.ts";

const VOCABULARY = 2;
const ROWS = [1, 3, 5, 4];

/** A served folder, and a file beside it that must stay out of reach. */
async function folder(run: (root: string, outside: string) => Promise<void>): Promise<void> {
  const parent = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${parent}/served/deep`, { recursive: true });
    await Deno.writeFile(`${parent}/served/a.npy`, npyOf(ROWS, "(2, 2)"));
    await Deno.writeFile(`${parent}/served/deep/b.f32`, bytesOfRows(ROWS));
    await Deno.writeFile(`${parent}/outside.npy`, npyOf(ROWS, "(2, 2)"));
    await Deno.symlink(`${parent}/outside.npy`, `${parent}/served/link.npy`);
    await Deno.symlink(parent, `${parent}/served/up`);
    await Deno.symlink(`${parent}/served/a.npy`, `${parent}/served/inner.npy`);
    await run(`${parent}/served`, `${parent}/outside.npy`);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

async function refused(answer: Response): Promise<{ code: string; detail: string }> {
  assert(!answer.ok);
  assertEquals(answer.headers.get("content-type"), "application/problem+json");
  return await answer.json();
}

Deno.test("source= reads files under the root, and ranks by reading them again", () =>
  folder((root) =>
    served({ root, limits: { rowCache: 0 } }, async ({ post }) => {
      for (const source of ["a.npy", "./a.npy", "inner.npy", "deep/b.f32&vocabulary=2"]) {
        const rows = await lines(await post(`/v1/reduce?source=${source}&target=0&rank=true`));
        assertEquals(rows.map(({ argmax, target }) => [argmax, target[0].rank]), [[1, 2], [0, 1]], source);
      }
      const softmax = await post("/v1/softmax?source=a.npy&format=npy");
      assertEquals((await softmax.bytes()).length, 128 + 16);
      const form = new FormData();
      form.append("labels", "[1, 0]");
      const labelled = await lines(await post("/v1/reduce?source=a.npy", form));
      assertEquals(labelled.at(-1).summary.rows, 2);
    })
  ));

Deno.test("nothing outside the root is read: traversal, absolute paths, links out, folders, pipes", () =>
  folder((root, outside) =>
    served({ root }, async ({ post }) => {
      const tries = [
        "../outside.npy",
        "deep/../../outside.npy",
        outside,
        "link.npy",
        "up/outside.npy",
        "deep",
        "..",
        ".",
        "a\\b.npy",
      ];
      for (const source of [...tries, "a.npy\0", "//etc/passwd"]) {
        const { code, detail } = await refused(await post(`/v1/reduce?source=${encodeURIComponent(source)}`));
        assertEquals(code, "E_PATH_BLOCKED", source);
        assert(source === outside || !detail.includes(root), detail);
      }
      const missing = await refused(await post("/v1/reduce?source=nope.npy"));
      assertEquals(missing.code, "E_SOURCE_MISSING");
    })
  ));

Deno.test("no answer names a path of the server", () =>
  folder((root) =>
    served({ root }, async ({ post }) => {
      await Deno.writeFile(`${root}/bad.npy`, new Uint8Array(50));
      for (
        const query of [
          "source=bad.npy",
          "source=deep/b.f32",
          "source=a.npy&vocabulary=9",
          "source=deep/b.f32&vocabulary=3",
        ]
      ) {
        const { detail } = await refused(await post(`/v1/reduce?${query}`));
        assert(!detail.includes(root), detail);
        assert(!/\n\s+at /.test(detail));
      }
    })
  ));

Deno.test("off unless asked for; not together with a body", () =>
  served({}, async ({ post }) => {
    assertEquals((await refused(await post("/v1/reduce?source=a.npy"))).code, "E_PATH_BLOCKED");
    assertEquals((await refused(await post("/v1/reduce?source=http://127.0.0.1/a.npy"))).code, "E_URL_BLOCKED");
    const both = await post("/v1/reduce?source=a.npy&vocabulary=2", bytesOfRows(ROWS));
    assertEquals((await refused(both)).code, "E_BAD_REQUEST");
  }));

/** A server that is not ours: a file, and ways that lead elsewhere. */
async function elsewhere(run: (origin: string, asked: string[]) => Promise<void>): Promise<void> {
  const asked: string[] = [];
  const file = bytesOfRows(ROWS);
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, ({ url, headers }) => {
    const { pathname, searchParams } = new URL(url);
    asked.push(pathname);
    const to = searchParams.get("to");
    if (to) return Response.redirect(to);
    const from = Number(/^bytes=(\d+)-/.exec(headers.get("range") ?? "")![1]);
    const range = `bytes ${from}-${file.length - 1}/${file.length}`;
    return new Response(file.slice(from), { status: 206, headers: { "content-range": range, etag: '"1"' } });
  });
  try {
    await run(`http://127.0.0.1:${server.addr.port}`, asked);
  } finally {
    await server.shutdown();
  }
}

Deno.test("source= reads URLs of allowed origins", () =>
  elsewhere((origin) =>
    served({ allowPrivateOrigins: [origin] }, async ({ post }) => {
      const rows = await lines(await post(`/v1/reduce?vocabulary=${VOCABULARY}&source=${origin}/a.f32`));
      assertEquals(rows.map(({ argmax }) => argmax), [1, 0]);
    })
  ));

Deno.test("private addresses are refused before a connection, whatever they are called", () =>
  elsewhere(async (origin, asked) => {
    const { port } = new URL(origin);
    const hosts = [
      "127.0.0.1",
      "localhost",
      "2130706433",
      "0x7f.1",
      "0.0.0.0",
      "[::1]",
      "[::ffff:127.0.0.1]",
      "[::ffff:7f00:1]",
    ];
    const others = ["169.254.169.254", "10.0.0.1", "192.168.1.1", "172.16.0.1", "[fe80::1]", "[fc00::1]", "100.64.0.1"];
    const origins = [...hosts, ...others].map((host) => `http://${host}:${port}`);
    await served({ allowOrigins: origins }, async ({ post }) => {
      for (const blocked of origins) {
        const source = encodeURIComponent(`${blocked}/a.f32`);
        const { code } = await refused(await post(`/v1/reduce?vocabulary=2&source=${source}`));
        assertEquals(code, "E_URL_BLOCKED", blocked);
      }
    });
    assertEquals(asked, []);
  }));

Deno.test("a redirect is followed only to where it might have been asked for", () =>
  elsewhere((other, reached) =>
    elsewhere((origin) =>
      served({ allowOrigins: [other], allowPrivateOrigins: [origin] }, async ({ post }) => {
        for (
          const to of [`${other}/a.f32`, "http://169.254.169.254/latest", "file:///etc/passwd", "http://[::1]/a.f32"]
        ) {
          const source = encodeURIComponent(`${origin}/a.f32?to=${encodeURIComponent(to)}`);
          const { code } = await refused(await post(`/v1/reduce?vocabulary=2&source=${source}`));
          assertEquals(code, "E_URL_BLOCKED", to);
        }
        const fine = encodeURIComponent(`${origin}/a.f32?to=${encodeURIComponent(`${origin}/b.f32`)}`);
        assertEquals((await lines(await post(`/v1/reduce?vocabulary=2&source=${fine}`))).length, 2);
        assertEquals(reached, []);
      })
    )
  ));

Deno.test("what counts as public", () => {
  for (const address of ["8.8.8.8", "172.32.0.1", "2606:4700::1111"]) assert(isPublicAddress(address), address);
  const others = [
    "224.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "2001:db8::1",
    "2002:7f00:1::",
    "64:ff9b::7f00:1",
    "::",
    "fe80::1%eth0",
    "x",
  ];
  for (const address of others) assert(!isPublicAddress(address), address);
});
