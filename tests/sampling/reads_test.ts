/**
 * Promise: one read wherever the 256 best tokens decide, two where they do not, on the real rows and on rows made to be hard; and
 * never more for a chain that edits no logit behind a wide cut. Long rows agree with the oracle.
 */
import { assert, assertEquals } from "@std/assert";
import { explain, fromArray, fromFile, reduce } from "../../mod.ts";
import {
  keepEta,
  keepMinP,
  keepTopK,
  keepTopNSigma,
  keepTopP,
  keepTypical,
  preset,
  sampler,
  type Stage,
  withTemperature,
} from "../../src/sampling/mod.ts";
import { Random } from "../support/random.ts";
import { type StageSpec, truthOf } from "./_oracle.ts";
import { rowOf, SHAPES } from "./_rows.ts";

const lm = "examples/data/lm_logits_f32.npy";
const ocr = "examples/data/ocr_logits_f32.npy";

Deno.test("real rows: one read with the presets of llama.cpp and transformers, and from the full softmax", async () => {
  for (const file of [lm, ocr]) {
    for (const chain of [preset("llama.cpp"), preset("transformers", { topP: 0.9 }), [], [withTemperature(0)]]) {
      const rows = await Array.fromAsync(reduce(await fromFile(file), { token: sampler({ seed: 0, chain }) }));
      assert(rows.every(({ token, reads }) => token.reads === 1 && reads === 1 && token.id !== undefined));
    }
  }
});

Deno.test("real rows: with vLLM's preset and top-p, most rows of text recognition in one read, none in more than two", async () => {
  const chain = preset("vllm", { temperature: 0.7, topP: 0.9 });
  const rows = await Array.fromAsync(reduce(await fromFile(ocr), { token: sampler({ seed: 0, chain }) }));
  assertEquals(rows.filter(({ token }) => token.reads === 1).length, rows.length);
  for await (const { token, reads } of reduce(await fromFile(lm), { token: sampler({ seed: 0, chain }) })) {
    assert(token.reads <= 2 && reads === token.reads);
  }
});

const WIDE: Record<string, () => Stage[]> = {
  topP: () => [keepTopP(0.95)],
  topPThenHot: () => [keepTopP(0.5), withTemperature(1.5)],
  minP: () => [keepMinP(0.1), withTemperature(0.8)],
  typical: () => [keepTypical(0.9)],
  topK: () => [keepTopK(3000), keepTopP(0.7)],
  eta: () => [keepEta(0.0003)],
  sigma: () => [keepTopNSigma(1)],
};

Deno.test("long rows of every kind: at most two reads, and what the oracle keeps", () => {
  const random = new Random(77);
  for (const kind of SHAPES) {
    const row = rowOf(kind, 30000, random);
    for (const [name, chain] of Object.entries(WIDE)) {
      const made = sampler({ chain: chain(), seed: 3 });
      const { id, logprob, reads } = made.draw(row, { step: 0 });
      assert(reads <= 2, `${kind}, ${name}: ${reads} reads`);
      const specs = chain().map(({ spec }) => spec as StageSpec);
      const { tokens, margin } = truthOf(row, specs, { round: true });
      const token = tokens.find((token) => token.id === id);
      assert(token || margin < 1e-9, `${kind}, ${name}: ${id} is cut`);
      if (token && margin >= 1e-9) assert(Math.abs(Math.log(token.p) - logprob) < 1e-5, `${kind}, ${name}`);
      const { ids } = made.distribution(row, { step: 0 });
      const visible = tokens.filter(({ p }) => p > 1e-300).length;
      assert(
        (ids.length <= tokens.length && ids.length >= visible) || margin < 1e-9,
        `${kind}, ${name}: ${ids.length}`,
      );
    }
  }
});

Deno.test("the plan says how many reads there may be and what they are for; an option forbids them", () => {
  const token = sampler({ seed: 0, chain: [keepTopP(0.5)] });
  const plan = explain(fromArray(new Float32Array(9)), { token });
  assertEquals(plan.reads, [1, 14]);
  assertEquals(explain(fromArray(new Float32Array(9)), { token }, { reads: 2 }).reads, [1, 2]);
  assert(`${plan}`.includes("leaves in doubt"));
});
