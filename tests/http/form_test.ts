// Forms: read the same however they are cut, refused wherever they make no sense, and never the end of the service.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { createApp } from "../../src/http/mod.ts";
import { readForm } from "../../src/http/body/_multipart.ts";
import { bytesOfRows, cut, lines, npyOf, served, until } from "./_served.ts";

const TYPE = "multipart/form-data; boundary=b";
const FORM = { headers: { "content-type": TYPE } };
const encoder = new TextEncoder();

/** A part of a form whose boundary is "b": what its head says, and its bytes. */
type Part = readonly [head: string, bytes: string | Uint8Array];

const disposition = (rest: string) => `Content-Disposition: form-data; ${rest}`;
const LABELS: Part = [disposition('name="labels"'), "[0]"];
const LOGITS: Part = [disposition('name="logits"'), bytesOfRows([1, 2])];

function joined(pieces: readonly (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(pieces.flatMap((piece) => [...(typeof piece === "string" ? encoder.encode(piece) : piece)]));
}

function formOf(parts: readonly Part[], before = "", end = "--b--\r\n"): Uint8Array<ArrayBuffer> {
  return joined([before, ...parts.flatMap(([head, bytes]) => [`--b\r\n${head}\r\n\r\n`, bytes, "\r\n"]), end]);
}

/** A body in pieces of these lengths, over and over, each in the memory of the last. */
function reused(bytes: Uint8Array, lengths: readonly number[]): ReadableStream<Uint8Array> {
  const memory = new Uint8Array(Math.max(...lengths));
  let at = 0;
  let turn = 0;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      memory.fill(0x0d);
      if (at >= bytes.length) return controller.close();
      const piece = bytes.subarray(at, at += lengths[turn++ % lengths.length]);
      memory.set(piece);
      controller.enqueue(memory.subarray(0, piece.length));
    },
  }, { highWaterMark: 0 });
}

/** All that a form says, its bytes as text. */
async function read(body: ReadableStream<Uint8Array>, type = TYPE): Promise<unknown> {
  const text = (bytes: Uint8Array) => String.fromCharCode(...bytes);
  const { parts, logits } = await readForm(type, body, ["labels", "history"], 1000);
  let data = "";
  if (logits) { for await (const piece of logits.body) data += text(piece); }
  return {
    parts: [...parts].map(([name, { bytes }]) => [name, text(bytes)]),
    logits: logits && [logits.type, logits.filename, data],
  };
}

Deno.test("a form is read the same however it is cut, though each piece comes in the memory of the last", async () => {
  // All that looks like a boundary, or like a part of one.
  const data = "\r\r\n\r\n--\r\n-\r\n--c\r\n\r\n--a--b--b--\n--b\r--b\r\n-b\r";
  const name = 'name="logits"; filename="m\u00f6del \u043b.safetensors"';
  const bytes = formOf([
    [disposition("name=labels"), ""],
    [`X-Other: 1\r\ncontent-disposition:form-data;name="history"\r\nContent-Length: 3`, "--b"],
    [`${disposition(name)}\r\nContent-Type: application/octet-stream; x="1"`, data],
  ]);
  const whole = {
    parts: [["labels", ""], ["history", "--b"]],
    logits: ['application/octet-stream; x="1"', "m%C3%B6del %D0%BB.safetensors", data],
  };
  for (let length = 1; length < bytes.length; length++) {
    assertEquals(await read(reused(bytes, [length, bytes.length])), whole, `cut once, at ${length}`);
    assertEquals(await read(reused(bytes, [length])), whole, `cut every ${length}`);
  }
});

Deno.test("a form as the platform writes it", async () => {
  const form = new FormData();
  form.append("labels", "[1, 2]");
  form.append("history", new Blob(["[3]"], { type: "application/json" }), 'a"; name=logits');
  form.append("logits", new Blob(["\r\n--"]), "a.npy");
  const response = new Response(form);
  assertEquals(await read(response.body!, response.headers.get("content-type")!), {
    parts: [["labels", "[1, 2]"], ["history", "[3]"]],
    logits: ["application/octet-stream", "a.npy", "\r\n--"],
  });
});

Deno.test("a file name in its other spelling", async () => {
  const form = formOf([[disposition(`name="logits"; filename*=UTF-8''m%C3%B6del.safetensors`), "x"]]);
  const logits = ["", "UTF-8''m%C3%B6del.safetensors", "x"];
  assertEquals(await read(cut(form, [form.length])), { parts: [], logits });
});

Deno.test("boundaries, and what comes around them", async () => {
  const whole = { parts: [["labels", "[0]"]], logits: ["", undefined, "x"] };
  const parts: Part[] = [LABELS, [disposition('name="logits"'), "x"]];
  const stream = (bytes: Uint8Array<ArrayBuffer>) => cut(bytes, [bytes.length]);
  assertEquals(await read(stream(formOf(parts, "\r\n"))), whole);
  assertEquals(await read(stream(formOf(parts, "a word before\r\n--a\r\n"))), whole);
  assertEquals(await read(stream(formOf(parts, "", "--b--"))), whole);
  assertEquals(await read(stream(formOf(parts, "", "--b--\r\na word after\r\n--b\r\n"))), whole);
  assertEquals(await read(stream(joined([formOf([], "", "--b  \r\n"), formOf(parts).slice(5)]))), whole);
  const text = new TextDecoder().decode(formOf(parts)).replaceAll("--b", "--a b;=c'");
  assertEquals(await read(stream(encoder.encode(text)), `Multipart/Form-Data; x=1; Boundary="a b;=c'"`), whole);
});

/** Forms that make no sense, and what is said of each. */
const SENSELESS: readonly (readonly [string, Uint8Array<ArrayBuffer>, RegExp, string?])[] = [
  ["no boundary in the type", formOf([LOGITS]), /names no boundary/, "multipart/form-data"],
  ["an empty one", formOf([LOGITS]), /names no boundary/, 'multipart/form-data; boundary=""'],
  ["another boundary", formOf([LOGITS]), /ends before its last boundary/, "multipart/form-data; boundary=c"],
  ["no boundary at all", encoder.encode("a word"), /ends before its last boundary/],
  ["a boundary inside a line", formOf([LOGITS], "garbage").slice(0, -8), /ends before its last boundary/],
  ["too much before the first boundary", formOf([LOGITS], `${"x".repeat(20_000)}\r\n`), /first 16384 bytes/],
  ["no last boundary", formOf([LABELS, LOGITS], "", ""), /ends before its last boundary/],
  ["a line that begins with the boundary", formOf([[LABELS[0], "1\r\n--bc\r\n\r\n"], LOGITS]), /goes on/],
  ["a head that is too long", formOf([[`${LABELS[0]}\r\nX: ${"x".repeat(20_000)}`, "1"], LOGITS]), /head of a part/],
  ["a head without an end", joined(["--b\r\n", "x".repeat(20_000)]), /head of a part/],
  ["no head", formOf([["", "1"], LOGITS]), /no name/],
  ["a part of another kind", formOf([['Content-Disposition: attachment; name="logits"', "1"]]), /no name/],
  ["no name", formOf([[disposition('filename="a.npy"'), "1"], LOGITS]), /no name/],
  ["an empty name", formOf([[disposition('name=""'), "1"], LOGITS]), /no name/],
  ["a disposition that is none", formOf([["Content-Disposition: \u0000;;", "1"], LOGITS]), /no name/],
  ["a part nobody asked for", formOf([[disposition('name="lab\u00e9l"'), "1"]]), /"lab%C3%A9l", wanted/],
  ["a part twice", formOf([LABELS, LABELS, LOGITS]), /"labels" twice/],
  ["logits twice", formOf([LOGITS, LOGITS]), /"logits" follows "logits"/],
  ["a part after the logits", formOf([LOGITS, LABELS]), /"labels" follows "logits"/],
  ["no head after the logits", formOf([LOGITS, ["", "1"]]), /no name/],
  ["seventeen parts", formOf([...Array<Part>(16).fill(LABELS), LOGITS]), /"labels" twice/],
  ["no logits", formOf([LABELS]), /no part "logits"/],
  ["no part", formOf([]), /no part "logits"/],
];

Deno.test("a form that makes no sense is the client's error, and says why", () =>
  served({}, async ({ post, origin }) => {
    for (const [what, body, wanted, type = TYPE] of SENSELESS) {
      for (const sent of [body, cut(body, [7])]) {
        const answer = await post("/v1/reduce?vocabulary=2&format=json", sent, { headers: { "content-type": type } });
        const { code, status, detail, retryable } = await answer.json();
        assertEquals(
          [answer.status, code, status, retryable],
          [400, "E_BAD_REQUEST", 400, false],
          `${what}: ${detail}`,
        );
        assertMatch(detail, wanted, what);
      }
      assertEquals((await (await fetch(`${origin}/healthz`)).json()).status, "ok", what);
    }
  }));

const ENDPOINTS = [
  "/v1/reduce?format=json",
  "/v1/reduce?",
  "/v1/sample?seed=1",
  "/v1/softmax?",
  "/v1/states?",
];

Deno.test("a form that is cut short anywhere is the client's error, also in the middle of an answer", async () => {
  const unexpected: unknown[] = [];
  const errors: (string | undefined)[] = [];
  const app = createApp({ onError: (error) => unexpected.push(error), log: ({ error }) => errors.push(error) });
  const form = formOf([[disposition('name="logits"; filename="a.npy"'), npyOf([1, 2, 3, 4], "(2, 2)")]], "", "--b--");
  for (const path of ENDPOINTS) {
    for (let length = 0; length < form.length; length++) {
      const body = form.slice(0, length);
      const answer = await app.request(`${path}&vocabulary=2`, { method: "POST", body, ...FORM });
      const what = `${path}, after ${length} bytes`;
      assert(answer.status === 400 || answer.status === 200 && !path.endsWith("json"), `${what}: ${answer.status}`);
      const text = await answer.text().catch(() => "cut off");
      assertMatch(text, /"code":"E_BAD_REQUEST"|^cut off$/, what);
      assertEquals(errors.pop(), "E_BAD_REQUEST", what);
    }
    const answer = await app.request(`${path}&vocabulary=2`, { method: "POST", body: form, ...FORM });
    assertEquals([answer.status, /error/.test(await answer.text())], [200, false]);
  }
  assertEquals(unexpected, []);
});

Deno.test("of a form with more rows than are wanted only these are read, on every endpoint and however it is cut", () =>
  served({}, async ({ origin, service }) => {
    const rows = Array.from({ length: 5 * 32_000 }, (_, i) => Math.sin(i));
    const form = formOf([[disposition('name="logits"; filename="five.npy"'), npyOf(rows, "(5, 32000)")]]);
    const begin = form.length - 640_000 - 9;
    for (
      const lengths of [[form.length], [begin, 1 << 17], [begin - 1, 1 << 16], [begin + 128_000, 1, 1 << 16], [4095]]
    ) {
      for (const path of ENDPOINTS) {
        const leave = new AbortController();
        const init = { method: "POST", body: cut(form, lengths), signal: leave.signal, ...FORM };
        const answer = await fetch(`${origin}${path}&vocabulary=32000&rows=0:1`, init);
        const bytes = (await answer.bytes()).length;
        assertEquals([answer.status, bytes > 50 && bytes <= 128_000], [200, true], path);
        leave.abort();
        assertEquals((await (await fetch(`${origin}/healthz`)).json()).status, "ok", path);
      }
    }
    await until(() => service.active === 0, "all requests ended");
  }));

Deno.test("a form in one piece, of any length and without a server", async () => {
  const app = createApp({ limits: { stallSeconds: 5 } });
  for (const rows of [1, 15, 16, 17, 300]) {
    const labels = JSON.stringify(new Array(rows).fill(0));
    const body = formOf([[LABELS[0], labels], [LOGITS[0], new Uint8Array(rows * 4096)]]);
    const answer = await app.request("/v1/reduce?vocabulary=1024&topK=1", { method: "POST", body, ...FORM });
    const records = await lines(answer);
    assertEquals([records.length, records.at(-1).summary.rows], [rows + 1, rows]);
  }
});

/** A form of two rows, and where a client may stop to send it. */
const TWO_ROWS = joined([
  "--b\r\n",
  `${LABELS[0]}\r\n\r\n`,
  "[0, 0, 0]",
  "\r\n--b\r\n",
  `${LOGITS[0]}\r\n\r\n`,
  new Uint8Array(9000),
]);

Deno.test("a client that sends nothing more, anywhere in a form, is told so in time", () =>
  served({ limits: { stallSeconds: 0.2 } }, async ({ port }) => {
    for (const length of [0, 3, 20, 50, 60, 100, 200, TWO_ROWS.length]) {
      const connection = await Deno.connect({ port });
      const head = "POST /v1/reduce?vocabulary=1024 HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n" +
        `content-type: ${TYPE}\r\ncontent-length: 10000\r\n\r\n`;
      await connection.write(joined([head, TWO_ROWS.subarray(0, length)]));
      const decoder = new TextDecoder();
      let answer = "";
      const buffer = new Uint8Array(4096);
      for (let count: number | null = 0; count !== null && !answer.includes("E_TIMEOUT");) {
        count = await connection.read(buffer);
        answer += decoder.decode(buffer.subarray(0, count ?? 0));
      }
      connection.close();
      assertMatch(answer, length < 4096 ? /^HTTP\/1.1 408 / : /^HTTP\/1.1 200 /);
      assertMatch(answer, /"code":"E_TIMEOUT"/);
    }
  }));

/** The service as a process of its own: with what it lends, and whether it lives. */
async function inProcess(run: (port: number, sockets: () => number) => Promise<void>): Promise<void> {
  const root = new URL("../../", import.meta.url).pathname;
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--unstable-no-legacy-abort",
      "--allow-net",
      "--allow-read",
      "--allow-write",
      `${root}src/http/main.ts`,
      "--port",
      "0",
    ],
    cwd: root,
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let told = "";
  const reading = process.stderr.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({ write: (text) => void (told += text) }),
  );
  for (let tries = 0; tries < 1000 && !/:\d+\n/.test(told); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const files = `/proc/${process.pid}/fd`;
  const isSocket = (name: string) => {
    try {
      return Deno.readLinkSync(`${files}/${name}`).startsWith("socket:");
    } catch {
      return false;
    }
  };
  try {
    await run(
      Number(/:(\d+)\n/.exec(told)![1]),
      () => [...Deno.readDirSync(files)].filter(({ name }) => isSocket(name)).length,
    );
  } catch (error) {
    throw new Error(`The service said: ${told}`, { cause: error });
  } finally {
    try {
      process.kill("SIGTERM");
    } catch {
      // It has ended: the error says why.
    }
    await Promise.all([process.status, reading]);
  }
}

Deno.test("no form ends the process, whatever it holds and wherever its client leaves", () =>
  inProcess(async (port, sockets) => {
    const origin = `http://127.0.0.1:${port}`;
    const isAlive = async () => assertEquals(await (await fetch(`${origin}/healthz`)).json(), { status: "ok" });
    const rows = npyOf(Array.from({ length: 5 * 32_000 }, (_, i) => Math.sin(i)), "(5, 32000)");
    for (let round = 0; round < 10; round++) {
      for (const path of ENDPOINTS) {
        const body = new FormData();
        body.append("logits", new Blob([rows]), "five.npy");
        const answer = await fetch(`${origin}${path}&vocabulary=32000&rows=0:1`, { method: "POST", body });
        assertEquals(answer.status, 200);
        await answer.bytes();
        await isAlive();
      }
    }
    for (const [, body, , type = TYPE] of SENSELESS) {
      const answer = await fetch(`${origin}/v1/sample?vocabulary=2`, {
        method: "POST",
        body,
        headers: { "content-type": type },
      });
      await answer.bytes();
      await isAlive();
    }
    if (Deno.build.os !== "linux") return;
    const before = sockets();
    for (const length of [0, 3, 20, 50, 60, 100, 200, 1000, TWO_ROWS.length]) {
      for (let client = 0; client < 12; client++) {
        const connection = await Deno.connect({ port });
        const head =
          `POST /v1/reduce?vocabulary=1024 HTTP/1.1\r\nhost: localhost\r\ncontent-type: ${TYPE}\r\ncontent-length: 10000\r\n\r\n`;
        await connection.write(joined([head, TWO_ROWS.subarray(0, length)]));
        if (length === TWO_ROWS.length) await connection.read(new Uint8Array(100));
        connection.close();
      }
      await isAlive();
    }
    // The runtime itself keeps a few connections of clients that left, by chance.
    await until(() => sockets() < before + 6, "the sockets were given back");
    assertMatch(await (await fetch(`${origin}/metrics`)).text(), /sluice_requests_active 0\n/);
  }));

Deno.test("a part that is encoded is refused: its bytes are no logits", () =>
  served({}, async ({ post }) => {
    for (const [encoding, status] of [["base64", 415], ["quoted-printable", 415], ["binary", 200], ["8bit", 200]]) {
      const head = `${disposition('name="logits"')}\r\nContent-Transfer-Encoding: ${encoding}`;
      const answer = await post("/v1/reduce?vocabulary=2", formOf([[head, bytesOfRows([1, 2])]]), FORM);
      assertEquals(answer.status, status, `${encoding}: ${await answer.text()}`);
    }
  }));

Deno.test("a name without end is not told back whole", () =>
  served({}, async ({ post }) => {
    const answer = await post(
      "/v1/reduce?vocabulary=2",
      formOf([[disposition(`name="${"x".repeat(16_000)}"`), ""]]),
      FORM,
    );
    assert((await answer.text()).length < 1000);
  }));
