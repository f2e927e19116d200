/**
 * What does a token cost beside the log-sum-exp of its row? 200,000 logits, warm, one row in JavaScript's memory, by the synchronous
 * doors: `deno bench bench/sampling/`, or `deno task bench:report` for interleaved rounds.
 *
 * @module
 */
import { logSumExp, reduceRow } from "../../mod.ts";
import {
  keepMinP,
  keepTopK,
  keepTopP,
  penalties,
  preset,
  type Sampler,
  sampler,
  withTemperature,
} from "../../src/sampling/mod.ts";
import { ask, type Way } from "../_ask.ts";
import { normalLogits } from "../_normal_logits.ts";
import { once } from "../_once.ts";
import { plainNucleus } from "./_plain_nucleus.ts";

const LENGTH = 200_000;
const row = once(() => normalLogits(LENGTH));

function drawing(make: () => Sampler): Way {
  return () => {
    const values = row(), made = make();
    return () => made.draw(values);
  };
}

const nucleus = "top-k 50, then top-p 0.9", softmax = "from the full softmax", alone = "log-sum-exp alone";

ask({
  question: "A token of 200,000 logits",
  logits: LENGTH,
  ways: {
    [alone]: () => {
      const values = row(), reducers = { lse: logSumExp() };
      return () => reduceRow(values, reducers).lse;
    },
    [softmax]: drawing(() => sampler({ seed: 1 })),
    [nucleus]: drawing(() => sampler({ seed: 1, chain: [keepTopK(50), keepTopP(0.9)] })),
    "greedy": drawing(() => sampler({ chain: [withTemperature(0)] })),
    "min-p 0.05": drawing(() => sampler({ chain: [keepMinP(0.05)] })),
    "temperature 0.7 first, then top-k 50": drawing(() => sampler({ chain: [withTemperature(0.7), keepTopK(50)] })),
    "preset llama.cpp": drawing(() => sampler({ chain: preset("llama.cpp") })),
    "penalties over 1,000 tokens, top-k 50": drawing(() =>
      sampler({
        chain: [penalties({ repetition: 1.1 }), keepTopK(50)],
        prompt: Array.from({ length: 1000 }, (_, i) => i * 97),
      })
    ),
    "plain JavaScript: softmax, sort, nucleus 0.9": () => {
      const values = row();
      let step = 0;
      return () => plainNucleus(values, 0.9, (step++ % 97) / 97);
    },
  },
  targets: [
    { of: softmax, against: alone, most: 1.15 },
    { of: nucleus, against: alone, most: 1.6 },
  ],
});
