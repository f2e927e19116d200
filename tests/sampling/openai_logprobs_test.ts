/** Promise: a sample in the shape of the OpenAI API, by raw log-probabilities. */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { keepTopK, openAiLogprobs, sampler, suppress } from "../../src/sampling/mod.ts";

const row = Float32Array.from([0.6, 0.3, 0.1], Math.log);
const words = ["a", "é", "🦊"];

Deno.test("the token, its bytes and the likeliest, best first", () => {
  const sample = sampler({ chain: [keepTopK(1)], details: true, topLogprobs: 2 }).draw(row);
  const entry = openAiLogprobs(sample, (id) => words[id])!;
  assertEquals([entry.token, entry.bytes], ["a", [97]]);
  assertAlmostEquals(entry.logprob, Math.log(0.6), 1e-6);
  assertEquals(entry.top_logprobs.map(({ token }) => token), ["a", "é"]);
  assertEquals(entry.top_logprobs[1].bytes, [0xc3, 0xa9]);
  assertAlmostEquals(entry.top_logprobs[1].logprob, Math.log(0.3), 1e-6);
});

Deno.test("without details a token among the likeliest is raw all the same", () => {
  const { logprob, top_logprobs } = openAiLogprobs(sampler({ chain: [keepTopK(1)], topLogprobs: 2 }).draw(row))!;
  assertEquals(logprob, top_logprobs[0].logprob);
});

Deno.test("what is very unlikely is -9999; without a decoder there are no bytes; without a token there is no entry", () => {
  const far = Float64Array.of(0, -20000);
  const sample = sampler({ chain: [suppress([0])], details: true, topLogprobs: 2 }).draw(far);
  const entry = openAiLogprobs(sample)!;
  assertEquals([entry.token, entry.bytes, entry.logprob], ["token_id:1", null, -9999]);
  assertEquals(openAiLogprobs(sampler().draw(Float32Array.of(NaN))), undefined);
});
