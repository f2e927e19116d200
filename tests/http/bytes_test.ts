import { assert, assertEquals, assertRejects } from "@std/assert";
import { fromArray, normalize } from "../../mod.ts";
import { bytesOfRows, cut, lines, served } from "./_served.ts";
import { takenStores } from "../support/taken_stores.ts";

const VOCABULARY = 5000;
const LOGITS = Float32Array.from({ length: 3 * VOCABULARY }, (_, i) => Math.cos(i * i) * 9);
const BODY = bytesOfRows(LOGITS);
const OCTETS = { headers: { "content-type": "application/octet-stream" } };

async function expected(log: boolean): Promise<number[]> {
  const chunks = await Array.fromAsync(normalize(fromArray(LOGITS, { vocabulary: VOCABULARY }), { log }).open());
  return chunks.flatMap(({ data }) => [...data]);
}

function floats(bytes: Uint8Array): number[] {
  return [...new Float32Array(bytes.slice().buffer)];
}

Deno.test("POST /v1/softmax gives the library's bits, from the row store, the row cache and a spill", async () => {
  for (const [taken, limits] of [[false, {}], [true, {}], [true, { rowCache: 1 }]] as const) {
    await served({ limits }, async ({ post }) => {
      const wanted = { plain: await expected(false), log: await expected(true) };
      using _ = taken ? takenStores() : undefined;
      for (const log of [false, true]) {
        const answer = await post(`/v1/softmax?vocabulary=${VOCABULARY}&log=${log}`, cut(BODY, [9999, 1]), OCTETS);
        assertEquals(answer.headers.get("content-type"), "application/octet-stream");
        assertEquals(floats(await answer.bytes()), log ? wanted.log : wanted.plain);
      }
    });
  }
});

Deno.test("a row beyond the spill's limit is refused", () =>
  served({ limits: { rowCache: 1, spillBytes: 1000 } }, async ({ post }) => {
    using _ = takenStores();
    const answer = await post(`/v1/softmax?vocabulary=${LOGITS.length}`, cut(BODY, [9999]), OCTETS);
    assertEquals((await answer.json()).code, "E_SOURCE_EXHAUSTED");
  }));

Deno.test("probabilities as .npy, where the number of rows is known", () =>
  served({}, async ({ post }) => {
    for (const init of [{ headers: { ...OCTETS.headers, accept: "application/x-npy" } }]) {
      const answer = await post(`/v1/softmax?vocabulary=${VOCABULARY}`, BODY, init);
      const bytes = await answer.bytes();
      assert(new TextDecoder().decode(bytes.subarray(10, 128)).includes(`'shape': (3, ${VOCABULARY})`));
      assertEquals(floats(bytes.subarray(128)), await expected(false));
    }
    const rows = await post(`/v1/softmax?vocabulary=${VOCABULARY}&format=npy&rows=1:2`, cut(BODY, [777]), OCTETS);
    assertEquals(floats((await rows.bytes()).subarray(128)), (await expected(false)).slice(VOCABULARY, 2 * VOCABULARY));
  }));

Deno.test("invalid rows are NaN, or zeros on request", () =>
  served({}, async ({ post }) => {
    const body = bytesOfRows([NaN, 1, 0, 0]);
    assertEquals(floats(await (await post("/v1/softmax?vocabulary=2", body, OCTETS)).bytes()), [NaN, NaN, 0.5, 0.5]);
    const zeros = await post("/v1/softmax?vocabulary=2&onInvalid=zero", body, OCTETS);
    assertEquals(floats(await zeros.bytes()), [0, 0, 0.5, 0.5]);
  }));

Deno.test("shards cut anywhere, each to its states, merged in any order: the bits of one read", () =>
  served({}, async ({ post }) => {
    const options = "topK=7&target=3,4999&specials=true&entropy=bits";
    const whole = await lines(await post(`/v1/reduce?vocabulary=${VOCABULARY}&${options}`, BODY, OCTETS));
    const parts: string[] = [];
    for (const [start, end] of [[1777, 5000], [0, 3], [3, 1777]]) {
      const shard = [0, 1, 2].flatMap((row) => [...LOGITS.slice(row * VOCABULARY + start, row * VOCABULARY + end)]);
      const path = `/v1/states?vocabulary=${VOCABULARY}&start=${start}&end=${end}&${options}`;
      const answer = await post(path, cut(bytesOfRows(shard), [10_007, 13]), OCTETS);
      assertEquals(answer.headers.get("content-type"), "application/x-ndjson");
      parts.push(await answer.text());
    }
    for (const order of [[0, 1, 2], [2, 0, 1]]) {
      const body = order.map((i) => parts[i]).join("");
      const init = { headers: { "content-type": "application/x-ndjson" } };
      assertEquals(await lines(await post(`/v1/merge?${options}`, body, init)), whole);
    }
  }));

Deno.test("to HTTP/1.0, too, an answer that fails in its middle is no whole one", () =>
  served({}, async ({ port }) => {
    const body = new Uint8Array(4 * 1000 + 3);
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    const head = `POST /v1/softmax?vocabulary=1000 HTTP/1.0\r\ncontent-length: ${body.length}\r\n\r\n`;
    await connection.write(new TextEncoder().encode(head));
    await connection.write(body);
    // The end of the connection would be the end of the answer.
    await assertRejects(() => new Response(connection.readable).bytes(), Deno.errors.ConnectionReset);
  }));
