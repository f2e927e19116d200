import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { reduceRow } from "../../mod.ts";
import { recordReducers, rowRecord } from "../../src/records/mod.ts";
import { bytesOfRows, cut, lines, npyOf, safetensorsOf, served } from "./_served.ts";

/** Three rows of 2,500: longer than a tile, and no multiple of one. */
const VOCABULARY = 2500;
const LOGITS = Float32Array.from({ length: 3 * VOCABULARY }, (_, i) => Math.sin(i) * 9);
const BODY = bytesOfRows(LOGITS);
const OCTETS = { headers: { "content-type": "application/octet-stream" } };
const PATH = `/v1/reduce?vocabulary=${VOCABULARY}`;

// deno-lint-ignore no-explicit-any
function expected(options: Parameters<typeof recordReducers>[0] = {}): any[] {
  return [0, 1, 2].map((index) => {
    const row = LOGITS.slice(index * VOCABULARY, (index + 1) * VOCABULARY);
    return rowRecord(reduceRow(row, recordReducers(options), { index }), options);
  });
}

Deno.test("POST /v1/reduce answers the command line's objects, one a line", () =>
  served({}, async ({ post }) => {
    const answer = await post(PATH, BODY, OCTETS);
    assertEquals(answer.status, 200);
    assertEquals(answer.headers.get("content-type"), "application/x-ndjson");
    assertEquals(await lines(answer), expected());
  }));

Deno.test("odd boundaries of a chunked upload change no bit", () =>
  served({}, async ({ post }) => {
    for (const lengths of [[1, 3, 4096], [9999], [3, 65_537], [10_001, 7]]) {
      assertEquals(await lines(await post(PATH, cut(BODY, lengths), OCTETS)), expected(), `pieces of ${lengths}`);
    }
  }));

Deno.test("eight uploads at a time, interleaved, change no bit", () =>
  served({}, async ({ post }) => {
    const answers = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((i) => post(PATH, cut(BODY, [1000 + i]), OCTETS)));
    for (const answer of answers) assertEquals(await lines(answer), expected());
  }));

Deno.test("a .npy is known by its type or its first bytes, a tensor by its name", () =>
  served({}, async ({ post }) => {
    const npy = npyOf(LOGITS, `(3, ${VOCABULARY})`);
    for (const type of ["application/x-npy", "application/npy", "application/octet-stream"]) {
      assertEquals(await lines(await post("/v1/reduce", npy, { headers: { "content-type": type } })), expected(), type);
    }
    const tensors = safetensorsOf({ a: [1, 2, 3], b: [...LOGITS.slice(0, VOCABULARY)], c: [4] });
    for (const type of ["application/x-safetensors", "application/octet-stream"]) {
      const answer = await post("/v1/reduce?tensor=b", tensors, { headers: { "content-type": type } });
      assertEquals(await lines(answer), expected().slice(0, 1), type);
    }
  }));

Deno.test("f16 and bf16 bodies, a temperature, rows, targets, ranks, specials and bits are the library's", () =>
  served({}, async ({ post }) => {
    const half = Uint16Array.of(0x3c00, 0x4000, 0xfc00, 0x0000);
    const [f16] = await lines(await post("/v1/reduce?vocabulary=4&dtype=f16&specials=true", half, OCTETS));
    assertEquals([f16.max, f16.argmax, f16.negInf], [2, 1, 1]);
    const [bf16] = await lines(
      await post("/v1/reduce?vocabulary=2&dtype=bf16&temperature=0.5", Uint16Array.of(0x3f80, 0x4000), OCTETS),
    );
    assertEquals(bf16.max, 4);
    const options = { topK: 2, target: [7, 2499], rank: true, unit: "bits" } as const;
    const answer = await post(`${PATH}&topK=2&target=7,2499&rank=true&entropy=bits&rows=1:3`, BODY, OCTETS);
    assertEquals(await lines(answer), expected(options).slice(1));
  }));

Deno.test("labels come as a part before the logits, which stream; a summary follows", () =>
  served({}, async ({ post }) => {
    const form = new FormData();
    form.append("labels", "[5, -100, 7]");
    form.append("logits", new Blob([BODY]));
    const options = { labels: [5, -100, 7], rank: true };
    const [a, b, c, last] = await lines(await post(`${PATH}&rank=true`, form));
    assertEquals([a, b, c], expected(options));
    assertEquals(last.summary.rows, 2);
    assertEquals(last.summary.nll, -(a.label.logprob + c.label.logprob) / 2);
    const npy = new FormData();
    npy.append(
      "labels",
      new Blob([npyOf(new Float32Array(Int32Array.of(5, -100, 7).buffer), "(3,)", "<i4")]),
      "labels.npy",
    );
    npy.append("logits", new Blob([npyOf(LOGITS, `(3, ${VOCABULARY})`)]), "logits.npy");
    assertEquals((await lines(await post("/v1/reduce?rank=true", npy))).slice(0, 3), expected(options));
  }));

Deno.test("server-sent events: a row an event with its number as id, and an end", () =>
  served({}, async ({ post }) => {
    const answer = await post(PATH, BODY, { headers: { accept: "text/event-stream", ...OCTETS.headers } });
    assertEquals(answer.headers.get("content-type"), "text/event-stream");
    const events = (await answer.text()).trim().split("\n\n");
    assertEquals(events.length, 4);
    events.slice(0, 3).forEach((text, i) => {
      const [id, event, data] = text.split("\n");
      assertEquals([id, event], [`id: ${i}`, "event: row"]);
      assertEquals(JSON.parse(data.slice(6)), expected()[i]);
    });
    assertEquals(events[3], 'event: end\ndata: {"rows":3}');
  }));

Deno.test("server-sent events tell how far a long row is, before it is whole", () =>
  served({}, async ({ post }) => {
    let open!: () => void;
    const rest = new Promise<void>((resolve) => open = resolve);
    const vocabulary = 3 * 65_536;
    const piece = new Uint8Array(65_536 * 4);
    let sent = 0;
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      async pull(controller) {
        if (sent === 2) await rest;
        if (sent++ === 3) return controller.close();
        controller.enqueue(piece.slice());
      },
    }, { highWaterMark: 0 });
    const answer = await post(`/v1/reduce?vocabulary=${vocabulary}&format=sse&progress=65536`, body, OCTETS);
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    const { value } = await reader.read();
    assertMatch(value!, /^event: progress\ndata: \{"row":0,"count":\d+,"vocabulary":196608,"max":0,"lse":/);
    open();
    let text = "";
    for (let next = await reader.read(); !next.done; next = await reader.read()) text += next.value;
    assertStringIncludes(text, 'id: 0\nevent: row\ndata: {"row":0,"count":196608');
    assertStringIncludes(text, 'event: end\ndata: {"rows":1}');
  }));

Deno.test("application/json is one document", () =>
  served({ limits: { jsonRows: 3 } }, async ({ post }) => {
    const accept = { headers: { accept: "application/json", ...OCTETS.headers } };
    assertEquals(await (await post(PATH, BODY, accept)).json(), { rows: expected() });
    const long = await post("/v1/reduce?vocabulary=1", bytesOfRows([1, 2, 3, 4]), accept);
    assertEquals([long.status, (await long.json()).code], [413, "E_LIMIT"]);
  }));

Deno.test("NaN and infinities are strings; an invalid row is reported or ends the answer", () =>
  served({}, async ({ post }) => {
    const body = bytesOfRows([NaN, 1, Infinity, 0, -Infinity, -Infinity]);
    const rows = await lines(await post("/v1/reduce?vocabulary=2", body, OCTETS));
    assertEquals(rows.map(({ lse, argmax }) => [lse, argmax]), [["NaN", null], ["Infinity", 0], ["-Infinity", null]]);
    assertEquals(rows.map(({ nan, posInf, allMasked }) => [nan, posInf, allMasked]), [
      [1, 0, false],
      [0, 1, false],
      [0, 0, true],
    ]);
    const refused = await post("/v1/reduce?vocabulary=2&onInvalid=throw", body, OCTETS);
    assertEquals([refused.status, (await refused.json()).code], [422, "E_NAN"]);
  }));

Deno.test("the entropy monitor watches on request", () =>
  served({}, async ({ post }) => {
    const rows = await lines(await post(`${PATH}&window=2&threshold=0.5&dwell=1`, BODY, OCTETS));
    const states = rows.map(({ monitor }) => monitor.rolling > 0.5 ? "large" : "small");
    assertEquals(rows.slice(1).map(({ monitor }) => monitor.state), states.slice(1));
    assertEquals(rows[0].monitor.rolling, rows[0].entropy);
    assertEquals(rows[1].monitor.rolling, (rows[0].entropy + rows[1].entropy) / 2);
  }));

Deno.test("short rows go out together and all arrive", () =>
  served({}, async ({ post }) => {
    const rows = 5000;
    const answer = await post(
      "/v1/reduce?vocabulary=3&topK=1",
      bytesOfRows(Array.from({ length: 3 * rows }, (_, i) => i % 7)),
      OCTETS,
    );
    assertEquals((await lines(answer)).map(({ row }) => row), Array.from({ length: rows }, (_, i) => i));
  }));

Deno.test("an app may be mounted in one's own", async () => {
  const { createApp } = await import("../../src/http/mod.ts");
  const { Hono } = await import("hono");
  const own = new Hono().route("/logits", createApp());
  const answer = await own.request("/logits/v1/reduce?vocabulary=2", { method: "POST", body: bytesOfRows([1, 3]) });
  assertEquals((await answer.json()).argmax, 1);
});
