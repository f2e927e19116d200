// What is sent to be merged is foreign data: forged states with sound check sums, lines without end, lines cut anywhere.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ERRORS } from "../../src/core/mod.ts";
import { forgeriesOf } from "../support/forgeries.ts";
import { Random } from "../support/random.ts";
import { contentOf, type Loose, withContent } from "../support/state_bytes.ts";
import { bytesOfRows, cut, lines, type Served, served } from "./_served.ts";

const OCTETS = { headers: { "content-type": "application/octet-stream" } };
const NDJSON = { headers: { "content-type": "application/x-ndjson" } };
const VOCABULARY = 2600;
const ROW = Float32Array.from({ length: VOCABULARY }, (_, id) => Math.sin(id * id));

async function stateOf({ post }: Served, start: number, end: number): Promise<string> {
  const path = `/v1/states?vocabulary=${VOCABULARY}&start=${start}&end=${end}&specials=true&target=1300`;
  return await (await post(path, bytesOfRows(ROW.slice(start, end)), OCTETS)).text();
}

const PATH = "/v1/merge?specials=true&target=1300";

/** A line whose state holds something else, with a sound check sum. */
function forged(line: string, change: (content: Loose) => void): string {
  const { state, ...rest } = JSON.parse(line);
  const bytes = Uint8Array.fromBase64(state), content = contentOf(bytes);
  change(content);
  return JSON.stringify({ ...rest, state: withContent(bytes, content).toBase64() }) + "\n";
}

Deno.test("a forged state with a sound check sum is refused at once, by line, reducer and field", () =>
  served({}, async (server) => {
    const left = await stateOf(server, 0, 1100), right = await stateOf(server, 1100, VOCABULARY);
    const evil = forged(right, ({ states }) => states[3].size = 9e15);
    const answer = await server.post(PATH, left + evil, NDJSON);
    const { code, detail } = await answer.json();
    assertEquals([answer.status, code], [400, "E_STATE_FORMAT"]);
    assertStringIncludes(
      detail,
      'in reducer "top", size is 9000000000000000, wanted a whole number from 0 to 5; in line 2',
    );
    assertEquals((await lines(await server.post(PATH, left + right, NDJSON)))[0].count, VOCABULARY);
  }));

Deno.test("whatever is forged in a state, the answer is rows or a problem of the catalogue", () =>
  served({}, async (server) => {
    const random = new Random(17);
    const left = await stateOf(server, 100, 1100), right = await stateOf(server, 1100, 2500);
    const all = [...forgeriesOf(contentOf(Uint8Array.fromBase64(JSON.parse(left).state)), random)];
    for (let time = 0; time < 400; time++) {
      const { place, apply } = all[random.whole(all.length)];
      const answer = await server.post(`${PATH}&partial=true`, forged(left, apply) + right, NDJSON);
      if (answer.status === 200) {
        for (const row of await lines(answer)) assert(row.error?.code !== "E_INTERNAL", place);
      } else {
        const { code } = await answer.json();
        assert(code !== "E_INTERNAL" && code in ERRORS, `${place}: ${code}`);
      }
    }
  }));

Deno.test("a vocabulary beyond the service's is refused", () =>
  served({ limits: { vocabulary: 5000 } }, async (server) => {
    const line = forged(await stateOf(server, 0, 1100), (content) => content.vocabulary = 5001);
    const answer = await server.post(`${PATH}&partial=true`, line, NDJSON);
    assertEquals([answer.status, (await answer.json()).code], [413, "E_LIMIT"]);
  }));

Deno.test("lines cut anywhere, with either end, some of them empty, are the same states", () =>
  served({}, async (server) => {
    const { post } = server;
    const states = [await stateOf(server, 1100, VOCABULARY), await stateOf(server, 0, 1100)];
    const wanted = await lines(await post(PATH, states.join(""), NDJSON));
    const texts = [states.join("\n\n"), states.join("").trimEnd(), states.join("").replaceAll("\n", "\r\n")];
    for (const text of texts) {
      for (const lengths of [[1000], [1, 4096], [77, 5, 900]]) {
        const body = cut(new TextEncoder().encode(text), lengths);
        assertEquals(await lines(await post(PATH, body, NDJSON)), wanted, `pieces of ${lengths}`);
      }
    }
  }));

Deno.test("a line without end is refused when it is longer than the states of a request may be", () =>
  served({ limits: { partBytes: 100_000 } }, async ({ post }) => {
    let pulled = 0;
    const piece = new Uint8Array(10_000).fill(0x20);
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        pulled++;
        controller.enqueue(piece.slice());
      },
    }, { highWaterMark: 0 });
    const answer = await post(PATH, body, NDJSON);
    assertEquals([answer.status, (await answer.json()).code], [413, "E_BODY_LIMIT"]);
    assert(pulled < 2000, `${pulled} pieces were taken`);
  }));

Deno.test("text that is not UTF-8, lines that are no states", () =>
  served({}, async (server) => {
    const { post } = server;
    const line = await stateOf(server, 0, 1100);
    const bodies: [string | Uint8Array<ArrayBuffer>, string][] = [
      [Uint8Array.of(0x22, 0xff, 0x0a), "UTF-8"],
      [line + "nonsense\n", "in line 2"],
      [line + "null\n", "in line 2"],
      [`\n\n{"state":7}\n`, "in line 3"],
      [`{"state":"*"}`, "in line 1"],
      [JSON.stringify("x".repeat(100)), "in line 1"],
    ];
    for (const [body, says] of bodies) {
      const answer = await post(PATH, body, NDJSON);
      const { code, detail } = await answer.json();
      assertEquals([answer.status, code], [400, "E_STATE_FORMAT"]);
      assertStringIncludes(detail, says);
    }
  }));
