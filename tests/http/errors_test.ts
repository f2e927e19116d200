// Every code of the catalogue that HTTP can raise, each by a request that raises it.
import { assert, assertEquals } from "@std/assert";
import { ERRORS } from "../../mod.ts";
import { bytesOfRows, lines, npyOf, safetensorsOf, type Served, served } from "./_served.ts";

const ROWS = bytesOfRows([1, 2, 3, 4]);
const OCTETS = { headers: { "content-type": "application/octet-stream" } };

interface Case {
  readonly code: keyof typeof ERRORS;
  readonly path: string;
  readonly body?: BodyInit;
  readonly type?: string;
  readonly headers?: Record<string, string>;
}

const CASES: readonly Case[] = [
  { code: "E_PARAM", path: "/v1/reduce?vocabulary=two", body: ROWS },
  { code: "E_PARAM", path: "/v1/reduce?vocabulary=2&unknown=1", body: ROWS },
  { code: "E_PARAM", path: "/v1/reduce?vocabulary=2&vocabulary=2", body: ROWS },
  { code: "E_PARAM", path: "/v1/reduce", body: ROWS },
  { code: "E_PARAM", path: "/v1/reduce?vocabulary=2&temperature=0", body: ROWS },
  { code: "E_PARAM", path: "/v1/reduce?vocabulary=2&target=2", body: ROWS },
  { code: "E_PARAM", path: "/v1/reduce?vocabulary=2&rank=true", body: ROWS },
  { code: "E_PARAM", path: "/v1/reduce?vocabulary=2&window=3", body: ROWS },
  { code: "E_PARAM", path: "/v1/reduce?vocabulary=2&rows=3:1", body: ROWS },
  { code: "E_PARAM", path: "/v1/states", body: ROWS },
  { code: "E_PARAM", path: "/v1/states?vocabulary=4&start=4", body: ROWS },
  { code: "E_K_RANGE", path: "/v1/reduce?vocabulary=2&topK=0", body: ROWS },
  { code: "E_LIMIT", path: "/v1/reduce?vocabulary=2&topK=65537", body: ROWS },
  { code: "E_LIMIT", path: "/v1/reduce?vocabulary=2000000000000", body: ROWS },
  { code: "E_DTYPE", path: "/v1/reduce?vocabulary=2&dtype=f8", body: ROWS },
  { code: "E_DTYPE", path: "/v1/reduce", body: npyOf([1, 2], "(1, 2)", ">f4"), type: "application/x-npy" },
  { code: "E_SHAPE", path: "/v1/reduce?vocabulary=3", body: npyOf([1, 2], "(1, 2)"), type: "application/x-npy" },
  { code: "E_FORMAT", path: "/v1/reduce", body: "no npy at all", type: "application/x-npy" },
  { code: "E_FORMAT", path: "/v1/reduce", body: npyOf([1, 2], "(1, 2)", "<f4", "True"), type: "application/x-npy" },
  { code: "E_FORMAT", path: "/v1/reduce", body: npyOf([1, 2], "1; rm -rf"), type: "application/x-npy" },
  { code: "E_FORMAT", path: "/v1/reduce", body: new Uint8Array(9).fill(255), type: "application/x-safetensors" },
  { code: "E_PARAM", path: "/v1/reduce?tensor=z", body: safetensorsOf({ a: [1, 2] }) },
  { code: "E_EMPTY", path: "/v1/reduce", body: npyOf([], "(0, 2)"), type: "application/x-npy" },
  { code: "E_NAN", path: "/v1/reduce?vocabulary=2&onInvalid=throw", body: bytesOfRows([NaN, 1]) },
  { code: "E_SOURCE_SHORT", path: "/v1/reduce", body: npyOf([1, 2], "(1, 3)"), type: "application/x-npy" },
  { code: "E_SOURCE_SHORT", path: "/v1/reduce?vocabulary=3", body: bytesOfRows([1, 2]) },
  { code: "E_SOURCE_EXHAUSTED", path: "/v1/softmax?vocabulary=2", body: ROWS },
  { code: "E_STATE_FORMAT", path: "/v1/merge", body: "{}", type: "application/x-ndjson" },
  { code: "E_STATE_FORMAT", path: "/v1/merge", body: '{"state":"AAAA"}', type: "application/x-ndjson" },
  { code: "E_STATE_FORMAT", path: "/v1/merge", body: "\n", type: "application/x-ndjson" },
  { code: "E_BAD_REQUEST", path: "/v1/reduce?vocabulary=2" },
  { code: "E_STATE_FORMAT", path: "/v1/merge", headers: { "content-type": "application/x-ndjson" } },
  { code: "E_MEDIA_TYPE", path: "/v1/merge" },
  { code: "E_MEDIA_TYPE", path: "/v1/merge", body: "{}" },
  { code: "E_MEDIA_TYPE", path: "/v1/merge", body: "{}", type: "text/plain" },
  { code: "E_MEDIA_TYPE", path: "/v1/merge", body: "{}", type: "application/x-www-form-urlencoded" },
  { code: "E_MEDIA_TYPE", path: "/v1/merge", body: "--x--", type: "multipart/form-data; boundary=x" },
  { code: "E_BAD_REQUEST", path: "/v1/reduce", body: "--", type: "multipart/form-data" },
  { code: "E_BAD_REQUEST", path: "/v1/reduce", body: "--x--\r\n", type: "multipart/form-data; boundary=x" },
  {
    code: "E_BAD_REQUEST",
    path: "/v1/softmax?format=npy&vocabulary=1",
    body: ReadableStream.from([ROWS]) as unknown as BodyInit,
  },
  { code: "E_MEDIA_TYPE", path: "/v1/reduce?vocabulary=2", body: ROWS, type: "application/x-www-form-urlencoded" },
  { code: "E_MEDIA_TYPE", path: "/v1/reduce?vocabulary=2", body: ROWS, type: "text/plain" },
  { code: "E_MEDIA_TYPE", path: "/v1/reduce?vocabulary=2", body: ROWS, headers: { "content-encoding": "gzip" } },
  { code: "E_PATH_BLOCKED", path: "/v1/reduce?source=a.npy" },
  { code: "E_URL_BLOCKED", path: "/v1/reduce?source=https://example.org/a.npy" },
  { code: "E_NOT_FOUND", path: "/v1/nothing" },
];

async function assertProblem(answer: Response, code: Case["code"], what: string): Promise<void> {
  const problem = await answer.json();
  assertEquals(problem.code, code, `${what}: ${problem.detail}`);
  assertEquals([answer.status, problem.status], [ERRORS[code].status, ERRORS[code].status]);
  assertEquals(answer.headers.get("content-type"), "application/problem+json");
  assertEquals([problem.type, problem.title], [`urn:sluice:${code}`, ERRORS[code].meaning]);
  assert(!/\n\s+at |file:\/\//.test(problem.detail), problem.detail);
}

Deno.test("each wrong request has its code, its status, and an answer without a path or a stack", () =>
  // A row of 8 bytes neither fits the cache nor has a spill: only then is a second read refused.
  served({ limits: { rowCache: 1, spillBytes: 0 } }, async ({ post }) => {
    for (const { code, path, body, type, headers } of CASES) {
      const content = { "content-type": type ?? "application/octet-stream" };
      await assertProblem(
        await post(path, body ?? null, { headers: { ...(body ? content : {}), ...headers } }),
        code,
        path,
      );
    }
  }));

async function stateOf({ post }: Served, query: string, values: readonly number[]): Promise<string> {
  return await (await post(`/v1/states?${query}`, bytesOfRows(values), OCTETS)).text();
}

Deno.test("states that do not fit each other have a code each", () =>
  served({ limits: { partBytes: 100_000 } }, async (server) => {
    const { post } = server;
    const left = await stateOf(server, "vocabulary=4&end=2", [1, 2]);
    const right = await stateOf(server, "vocabulary=4&start=2", [3, 4]);
    const middle = await stateOf(server, "vocabulary=4&start=1", [2, 3, 4]);
    const other = await stateOf(server, "vocabulary=5&start=2", [3, 4, 5]);
    const json = JSON.parse(left);
    const damaged = JSON.stringify({ ...json, state: json.state.replace(/.{9}$/, "AAAAAAAA=") });
    const cases: [Case["code"], string, string][] = [
      ["E_SHARD_GAP", "", right],
      ["E_SHARD_OVERLAP", "", left + middle],
      ["E_MERGE_MISMATCH", "", left + other],
      ["E_MERGE_MISMATCH", "topK=3", left + right],
      ["E_STATE_FORMAT", "", damaged],
      ["E_BODY_LIMIT", "", left.repeat(500)],
    ];
    const merge = (query: string, body: string, type = "application/x-ndjson") =>
      post(`/v1/merge?${query}`, body, { headers: { "content-type": type } });
    for (const [code, query, body] of cases) await assertProblem(await merge(query, body), code, code);
    for (const type of ["application/x-ndjson; charset=utf-8", "application/jsonl", "Application/JSON"]) {
      assertEquals((await lines(await merge("partial=true", right, type)))[0].count, 2);
    }
  }));

Deno.test("a form: parts after the logits, twice, too long, unknown or of another kind", () =>
  served({ limits: { partBytes: 1000 } }, async ({ post }) => {
    const form = (...parts: [string, string | Uint8Array<ArrayBuffer>][]) => {
      const data = new FormData();
      for (const [name, value] of parts) data.append(name, typeof value === "string" ? value : new Blob([value]));
      return data;
    };
    const cases: [Case["code"], FormData][] = [
      ["E_BAD_REQUEST", form(["nonsense", "1"], ["logits", ROWS])],
      ["E_BAD_REQUEST", form(["labels", "[0]"], ["labels", "[0]"], ["logits", ROWS])],
      ["E_BAD_REQUEST", form(["labels", "[0]"])],
      ["E_BODY_LIMIT", form(["labels", "[" + "0,".repeat(1000) + "0]"], ["logits", ROWS])],
      ["E_SHAPE", form(["labels", "[0, 0.5]"], ["logits", ROWS])],
      ["E_SHAPE", form(["labels", "nonsense"], ["logits", ROWS])],
      ["E_PARAM", form(["labels", "[0, 9]"], ["logits", ROWS])],
    ];
    for (const [code, data] of cases) await assertProblem(await post("/v1/reduce?vocabulary=2", data), code, code);
    const small = await post("/v1/reduce?vocabulary=2", form(["logits", ROWS], ["labels", "[0]"]));
    await assertProblem(small, "E_BAD_REQUEST", "labels after logits");
    const large = form(["logits", new Uint8Array(1 << 22)], ["labels", "[0]"]);
    const late = await lines(await post("/v1/reduce?vocabulary=65536", large));
    assertEquals(late.at(-1).error.code, "E_BAD_REQUEST");
    assert(late.length > 1 && late.length <= 17, "rows are answered before it is known that a part follows");
    const few = await lines(await post("/v1/reduce?vocabulary=2", form(["labels", "[0, 0, 0]"], ["logits", ROWS])));
    assertEquals(few.at(-1).error.code, "E_SHAPE");
  }));

Deno.test("an error after the first row is the last line, and says so; among bytes it cuts the answer off", () =>
  served({}, async ({ post }) => {
    const body = bytesOfRows([1, 2, 3]);
    const rows = await lines(await post("/v1/reduce?vocabulary=2", body, OCTETS));
    assertEquals([rows[0].argmax, rows[1].error.code], [1, "E_SOURCE_SHORT"]);
    const events = await (await post("/v1/reduce?vocabulary=2&format=sse", body, OCTETS)).text();
    assert(/event: row[^]*event: error\ndata: .*E_SOURCE_SHORT/.test(events) && !events.includes("event: end"));
    const softmax = await post("/v1/softmax?vocabulary=2", body, OCTETS);
    assertEquals(softmax.status, 200);
    assert(await softmax.bytes().then(() => false, () => true), "a client must not take half for the whole");
  }));
