import { assert, assertEquals } from "@std/assert";
import { fromArray, keepTopK, penalties, preset, reduce, sampler, withTemperature } from "../../mod.ts";
import { sampleRecord } from "../../src/records/mod.ts";
import { SampleSchema } from "../../src/http/routes/_openapi.ts";
import { bytesOfRows, cut, lines, served } from "./_served.ts";

const VOCABULARY = 3000;
const LOGITS = Float32Array.from({ length: 5 * VOCABULARY }, (_, i) => Math.sin(i * 7) * 6);
const BODY = bytesOfRows(LOGITS);
const PATH = `/v1/sample?vocabulary=${VOCABULARY}`;
const OCTETS = { headers: { "content-type": "application/octet-stream" } };

/** What the library gives, as it comes back from JSON. */
async function expected(options: Parameters<typeof sampler>[0]): Promise<unknown[]> {
  const rows = reduce(fromArray(LOGITS, { vocabulary: VOCABULARY }), { token: sampler(options) });
  const records = await Array.fromAsync(rows, ({ index, token }) => sampleRecord(index, token));
  return JSON.parse(JSON.stringify(records));
}

Deno.test("POST /v1/sample draws the library's tokens, whatever the upload's boundaries", () =>
  served({}, async ({ post }) => {
    const chain = preset("llama.cpp", { temperature: 0.6, topK: 20 });
    const wanted = await expected({ chain, seed: 9, details: true });
    for (const lengths of [[BODY.length], [999, 5]]) {
      const query = "&seed=9&preset=llama.cpp&temperature=0.6&topK=20&details=true";
      assertEquals(await lines(await post(PATH + query, cut(BODY, lengths), OCTETS)), wanted);
    }
    const plain = await expected({ seed: 3, draws: 4 });
    assertEquals(await lines(await post(`${PATH}&seed=3&draws=4`, BODY, OCTETS)), plain);
  }));

Deno.test("without a seed one is drawn; a header tells it, and given again it gives the same tokens", () =>
  served({}, async ({ post, origin }) => {
    const answers = [];
    for (const query of ["", "&format=json", "&format=sse"]) answers.push(await post(PATH + query, BODY, OCTETS));
    const seeds = answers.map(({ headers }) => headers.get("sluice-seed")!);
    assert(seeds.every((seed) => /^\d{1,16}$/.test(seed)) && new Set(seeds).size === 3, `${seeds}`);
    const wanted = await expected({ seed: Number(seeds[0]) });
    assertEquals(await lines(answers[0]), wanted);
    const again = await post(`${PATH}&seed=${seeds[0]}`, BODY, OCTETS);
    assertEquals(again.headers.get("sluice-seed"), seeds[0]);
    assertEquals(await lines(again), wanted);
    const { rows } = await answers[1].json();
    assertEquals(rows, await expected({ seed: Number(seeds[1]) }));
    await answers[2].text();
    const { paths } = await (await fetch(`${origin}/openapi.json`)).json();
    const { parameters, responses } = paths["/v1/sample"].post;
    assertEquals(parameters.find(({ name }: { name: string }) => name === "seed").required, false);
    assert("Sluice-Seed" in responses["200"].headers);
  }));

Deno.test("a chain and a history come as parts", () =>
  served({}, async ({ post }) => {
    const stages = [{ name: "penalties", repetition: 5 }, { name: "keepTopK", k: 3 }, {
      name: "withTemperature",
      temperature: 0.5,
    }];
    const history = [1, 2, 3, 700];
    const form = new FormData();
    form.append("history", JSON.stringify(history));
    form.append("chain", JSON.stringify(stages));
    form.append("logits", new Blob([BODY]));
    const chain = [penalties({ repetition: 5 }), keepTopK(3), withTemperature(0.5)];
    assertEquals(await lines(await post(`${PATH}&seed=1`, form)), await expected({ chain, seed: 1, prompt: history }));
  }));

Deno.test("every option of a preset that a text can give is a parameter, by either name", () =>
  served({}, async ({ post, origin }) => {
    const ask = (query: string) => {
      const form = new FormData();
      form.append("history", "[1, 2, 3, 700]");
      form.append("logits", new Blob([BODY]));
      return post(`${PATH}&seed=1&preset=llama.cpp${query}`, form);
    };
    const chain = preset("llama.cpp", { repetitionPenalty: 5, frequencyPenalty: 1, penaltyLastN: -1, minKeep: 2 });
    const wanted = await expected({ chain, seed: 1, prompt: [1, 2, 3, 700] });
    for (
      const query of [
        "&repetitionPenalty=5&frequencyPenalty=1&penaltyLastN=-1&minKeep=2",
        "&repetition=5&frequency=1&window=-1&minKeep=2",
      ]
    ) assertEquals(await lines(await ask(query)), wanted, query);
    const { detail } = await (await ask("&repetition=5&repetitionPenalty=5")).json();
    assert(detail.includes("with repetition and repetitionPenalty: they are one option"), detail);
    assertEquals((await ask("&window=-2")).status, 400);
    const { paths } = await (await fetch(`${origin}/openapi.json`)).json();
    const parameter = (wanted: string) =>
      paths["/v1/sample"].post.parameters.find(({ name }: { name: string }) => name === wanted)?.schema;
    assertEquals([parameter("mirostat").type, parameter("topH").type], ["integer", "number"]);
    assertEquals([parameter("penaltyLastN").minimum, parameter("topK").minimum], [-1, 0]);
    assert(parameter("repetitionPenalty").description.endsWith("; also repetition"));
    assertEquals(parameter("repetition").description, "another name of repetitionPenalty");
  }));

Deno.test("log-probabilities in the shape of the OpenAI API", () =>
  served({}, async ({ post }) => {
    const rows = await lines(await post(`${PATH}&seed=1&logprobs=true&topLogprobs=2&temperature=0`, BODY, OCTETS));
    for (const row of rows) {
      SampleSchema.parse(row);
      const [entry] = row.logprobs.content;
      assertEquals(entry.token, `token_id:${row.id}`);
      assertEquals(entry.top_logprobs[0], { token: entry.token, logprob: entry.logprob, bytes: null });
      assert(!("rank" in row));
    }
  }));

Deno.test("a row without a token says why; wrong options are refused", () =>
  served({}, async ({ post }) => {
    const [row] = await lines(await post("/v1/sample?vocabulary=2&seed=1", bytesOfRows([NaN, 1]), OCTETS));
    assertEquals([row.id, row.why], [null, "nan"]);
    const form = new FormData();
    form.set("chain", '[{ "name": "mask", "allow": [] }]');
    form.set("logits", new Blob([bytesOfRows([1, 2])]));
    const answer = await post("/v1/sample?vocabulary=2&seed=1&onInvalid=throw", form);
    assertEquals([answer.status, (await answer.json()).code], [422, "E_NAN"]);
    const wrong = [
      "&seed=-1",
      "&seed=9007199254740992",
      "&seed=1&topP=-1",
      "&seed=1&preset=none",
      "&seed=1&topLogprobs=2",
      "&seed=1&preset=vllm&typicalP=0.5",
    ];
    for (const query of wrong) {
      const answer = await post(PATH + query, BODY, OCTETS);
      assertEquals([answer.status, (await answer.json()).code], [400, "E_PARAM"], query);
    }
    const chains = [
      "nonsense",
      "{}",
      '[{"name":"none"}]',
      '[{"name":"badWords","words":5}]',
      '[{"name":"keepTopK","k":-1}]',
    ];
    for (const chain of chains) {
      const form = new FormData();
      form.append("chain", chain);
      form.append("logits", new Blob([BODY]));
      const answer = await post(`${PATH}&seed=1`, form);
      assertEquals(answer.status, 400, chain);
      assert((await answer.json()).code !== "E_INTERNAL");
    }
  }));
