/**
 * Promise: the adapter works with the real transformers.js, without a model: its `LogitsProcessorList` takes ours, by its types too, and
 * calls it over its `Tensor`. The package is large; it is loaded by this test alone.
 */
import {
  LogitsProcessorList,
  PreTrainedModel,
  RepetitionPenaltyLogitsProcessor,
  TemperatureLogitsWarper,
  Tensor,
} from "npm:@huggingface/transformers@4.3.1";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { InvalidLogitError, ParameterError } from "../../src/core/mod.ts";
import { type TransformersLogitsProcessor, transformersLogitsProcessor } from "../../src/adapters/transformers.ts";
import { keepTopP, maskRows, penalties, preset, sampler, withTemperature } from "../../src/sampling/mod.ts";
import { Random } from "../support/random.ts";
import { rowOf } from "../sampling/_rows.ts";
import { ROOT } from "../support/modules.ts";
// Checked with this file, not run: it would fetch a model.
import type {} from "./_readme_example.ts";

const logitsOf = (rows: Float32Array[]) => {
  const width = rows[0].length;
  const data = new Float32Array(rows.length * width);
  rows.forEach((row, i) => data.set(row, i * width));
  return new Tensor("float32", data, [rows.length, width]);
};

const ids = (...tokens: number[]) => tokens.map(BigInt);

Deno.test("its list runs ours; one token is left in each row, the one our sampler draws", () => {
  const random = new Random(5);
  const rows = [rowOf("normal", 3000, random), rowOf("bf16", 3000, random)];
  const made = () => sampler({ chain: preset("transformers", { topP: 0.9 }), seed: 8 });
  const list = new LogitsProcessorList();
  list.push(transformersLogitsProcessor(made()));
  const out = list([ids(1), ids(2)], logitsOf(rows));
  rows.forEach((row, i) => {
    const left = [...out.data.subarray(i * 3000, (i + 1) * 3000).keys()].filter((id) =>
      out.data[i * 3000 + id] > -Infinity
    );
    assertEquals(left, [made().draw(row, { step: i * 2 ** 32 }).id]);
  });
});

Deno.test("README's example is the one that is checked against the package's types", () => {
  const example = Deno.readTextFileSync(new URL("./_readme_example.ts", import.meta.url))
    .replace("npm:@huggingface/transformers@4.3.1", "@huggingface/transformers")
    .replace("../../mod.ts", "@sluice/sluice")
    .replace("../../src/adapters/transformers.ts", "@sluice/sluice/adapters/transformers");
  assertStringIncludes(Deno.readTextFileSync(new URL("README.md", ROOT)), `\`\`\`ts ignore\n${example}\`\`\`\n`);
});

Deno.test("filter masks what top_p cuts, which transformers.js itself does not do", () => {
  const row = Float32Array.from([0.5, 0.3, 0.1, 0.06, 0.04], Math.log);
  const list = new LogitsProcessorList();
  list.push(transformersLogitsProcessor(sampler({ chain: [keepTopP(0.85)] }), { mode: "filter" }));
  const { data } = list([ids(0)], logitsOf([row]));
  assertEquals([...data].map((x) => x > -Infinity), [true, true, true, false, false]);
  assert(Math.abs(Math.exp(data[0]) - 0.5 / 0.9) < 1e-6);
});

Deno.test("our penalties and temperature are theirs", () => {
  const row = rowOf("normal", 500, new Random(6));
  const text = ids(3, 17, 3, 44);
  const theirs = new LogitsProcessorList();
  theirs.push(new RepetitionPenaltyLogitsProcessor(1.7));
  theirs.push(new TemperatureLogitsWarper(0.6));
  const expected = theirs([text], logitsOf([row])).data as Float32Array;
  const ours = new LogitsProcessorList();
  const chain = [penalties({ repetition: 1.7 }), withTemperature(0.6)];
  ours.push(transformersLogitsProcessor(sampler({ chain }), { mode: "filter" }));
  const got = ours([text], logitsOf([row])).data as Float32Array;
  const top = Math.max(...expected);
  const logSum = Math.log(expected.reduce((sum, x) => sum + Math.exp(x - top), 0));
  got.forEach((x, id) => assert(Math.abs(x - (expected[id] - top - logSum)) < 1e-4, `${id}: ${x}`));
});

Deno.test("a decode loop: what was generated is remembered, a new text forgets it", () => {
  const ours = transformersLogitsProcessor(
    sampler({ chain: [penalties({ presence: 1000, scope: "output" })], seed: 1 }),
  );
  const step = (text: bigint[]) => {
    const { data } = ours([text], logitsOf([Float32Array.of(0, 9, 5)]));
    return data.indexOf(0);
  };
  const first = step(ids(0));
  const second = step(ids(0, first));
  assert(second !== first);
  assertEquals(step(ids(2)), first);
});

Deno.test("a second text does not repeat the first one's random numbers, unless asked to", () => {
  const flat = new Float32Array(5000);
  /** What is drawn for a prompt of two sequences, step by step. */
  const written = (ours: TransformersLogitsProcessor, prompt: number) => {
    const texts = [ids(prompt), ids(prompt)];
    for (let step = 0; step < 3; step++) {
      const { data } = ours(texts, logitsOf([flat, flat]));
      const places = [...data as Float32Array].flatMap((x, place) => x > -Infinity ? [place % 5000] : []);
      texts.forEach((text, i) => text.push(BigInt(places[i])));
    }
    return texts.flatMap((text) => text.slice(1).map(Number));
  };
  const made = () => sampler({ seed: 4 });
  const once = transformersLogitsProcessor(made());
  const drawn = [1, 1, 2].flatMap((prompt) => written(once, prompt));
  // 18 of 5,000: that two agree by chance is 3 in 100, but the seed is fixed.
  assertEquals(new Set(drawn).size, 18);
  const again = transformersLogitsProcessor(made(), { restart: true });
  assertEquals(written(again, 1), drawn.slice(0, 6));
  assertEquals(written(again, 1), drawn.slice(0, 6));
  const drawing = sampler();
  assertEquals(
    written(transformersLogitsProcessor(drawing), 1),
    written(transformersLogitsProcessor(sampler({ seed: drawing.seed })), 1),
  );
});

const WORDS = 50;

/** Logits that hang on the last token alone. */
const rowAfter = (token: number) => Float32Array.from({ length: WORDS }, (_, id) => 4 * Math.sin(3.1 * id + token));

/** A model of transformers.js, but for its network: `generate` is theirs. */
function modelOf(): PreTrainedModel {
  const model: PreTrainedModel = Object.create(PreTrainedModel.prototype);
  const config = { model_type: "gpt2", vocab_size: WORDS, is_encoder_decoder: false, eos_token_id: WORDS };
  return Object.assign(model, {
    config,
    sessions: { model: {} },
    configs: {},
    can_generate: true,
    main_input_name: "input_ids",
    forward_params: ["input_ids"],
    prepare_inputs_for_generation: (input_ids: bigint[][]) => ({ input_ids }),
    _update_model_kwargs_for_generation: ({ model_inputs }: { model_inputs: unknown }) => model_inputs,
    forward: ({ input_ids }: { input_ids: bigint[][] }) => {
      const { data } = logitsOf(input_ids.map((text) => rowAfter(Number(text.at(-1)))));
      return Promise.resolve({
        logits: new Tensor("float32", data, [input_ids.length, 1, WORDS]),
        past_key_values: {},
      });
    },
  });
}

async function generated(processor: TransformersLogitsProcessor, options: object): Promise<number[][]> {
  const list = new LogitsProcessorList();
  list.push(processor);
  const inputs = new Tensor("int64", BigInt64Array.of(3n, 7n), [2, 1]);
  const out = await modelOf().generate({ inputs, max_new_tokens: 8, logits_processor: list, ...options });
  assert(out instanceof Tensor);
  return out.tolist().map((text: bigint[]) => text.map(Number));
}

Deno.test("the real generate: a batch of two texts, each as a sampler of its own would write it", async () => {
  const made = () => sampler({ chain: preset("transformers", { topP: 0.8 }), seed: 1 });
  const texts = await generated(transformersLogitsProcessor(made()), { do_sample: false });
  texts.forEach((text, place) => {
    const next = made();
    const expected = [text[0]];
    for (let step = 0; step < 8; step++) {
      expected.push(next.draw(rowAfter(expected.at(-1)!), { step: place * 2 ** 32 + step }).id!);
    }
    assertEquals(text, expected);
  });
  const filter = transformersLogitsProcessor(made(), { mode: "filter" });
  for (const text of await generated(filter, { do_sample: true, top_k: 0 })) {
    for (let i = 1; i < text.length; i++) {
      assert(made().distribution(rowAfter(text[i - 1])).ids.includes(text[i]));
    }
  }
});

Deno.test("what it cannot sample is an error", () => {
  const ours = transformersLogitsProcessor(sampler());
  const refused = (row: Float32Array, processor = ours) => {
    const { message, row: place, id, code } = assertThrows(
      () => processor([ids(0), ids(0)], logitsOf([Float32Array.of(1, 2), row])),
      InvalidLogitError,
    );
    assertEquals([place, code], [1, "E_NAN"]);
    return [message, id];
  };
  const start = "Cannot sample row 1 of the batch";
  const wanted = "wanted finite logits, or -Infinity to mask";
  assertEquals(refused(Float32Array.of(1, NaN)), [`${start}: the logit of id 1 is NaN, ${wanted}`, 1]);
  assertEquals(refused(Float32Array.of(Infinity, 1)), [`${start}: the logit of id 0 is +Infinity, ${wanted}`, 0]);
  const none = [`${start}: no token is allowed, wanted at least one`, undefined];
  assertEquals(refused(new Float32Array(2).fill(-Infinity)), none);
  // The row is in order here: it is the chain that leaves nothing, or too much.
  const hot = sampler({ chain: [withTemperature(1e-3)] });
  const [overflow] = refused(Float32Array.of(3e38, 1), transformersLogitsProcessor(hot, { mode: "filter" }));
  assertEquals(overflow, `${start}: a logit behind the chain is +Infinity, ${wanted}`);
  const strict = sampler({ chain: [maskRows((row) => row > 0 ? Uint32Array.of(0) : undefined)] });
  assertEquals(refused(Float32Array.of(1, 2), transformersLogitsProcessor(strict, { mode: "filter" })), none);
  assertThrows(() => ours([ids(0), ids(1)], logitsOf([Float32Array.of(0, 1)])), RangeError, "shape");
  assertThrows(() => ours([ids(0)], new Tensor("int64", BigInt64Array.of(1n), [1, 1])), RangeError, "int64");
});

Deno.test("wrong arguments are refused when the processor is made", () => {
  const make = transformersLogitsProcessor as (...values: unknown[]) => unknown;
  assertThrows(() => make(), ParameterError, "no sampler");
  assertThrows(() => make({ chain: [] }), ParameterError, "no sampler");
  assertThrows(() => make(sampler(), null), ParameterError, "options = null");
  assertThrows(() => make(sampler(), { mode: "top_p" }), ParameterError, "mode top_p");
  assertThrows(() => make(sampler(), { Mode: "filter" }), ParameterError, "Mode");
  const ours = transformersLogitsProcessor(sampler()) as (...values: unknown[]) => unknown;
  assertThrows(() => ours([ids(0)], null), ParameterError, "tensor of null");
  assertThrows(() => ours(null, logitsOf([Float32Array.of(0)])), ParameterError, "tokens so far");
});
