/**
 * How many rows are settled in one read? `deno task bench:reads`: the three presets and a few
 * chains, on the real rows (four of a language model, 169 of a text recogniser) and on peaked, flat and adversarial ones.
 *
 * @module
 */
import { fromFile, reduce } from "../../mod.ts";
import {
  keepMinP,
  keepTopP,
  keepTypical,
  preset,
  type Sample,
  sampler,
  type Stage,
  withTemperature,
} from "../../src/sampling/mod.ts";
import { normalLogits } from "../_normal_logits.ts";

const CHAINS: Record<string, () => Stage[]> = {
  "preset llama.cpp": () => preset("llama.cpp"),
  "preset transformers": () => preset("transformers", { temperature: 0.7, topP: 0.9 }),
  "preset vllm": () => preset("vllm", { temperature: 0.7, topP: 0.9 }),
  "full softmax": () => [],
  "top-p 0.95": () => [keepTopP(0.95)],
  "min-p 0.05, temperature 0.8": () => [keepMinP(0.05), withTemperature(0.8)],
  "typical 0.9": () => [keepTypical(0.9)],
};

const FILES = { "language model": "lm_logits_f32.npy", "text recogniser": "ocr_logits_f32.npy" };

const LENGTH = 200_000;

const MADE: Record<string, () => Float32Array> = {
  "peaked": () => normalLogits(LENGTH).map((x) => 2 * x),
  "N(0, 4^2)": () => normalLogits(LENGTH),
  "flat": () => normalLogits(LENGTH).map((x) => x / 40),
  "ascending": () => Float32Array.from({ length: LENGTH }, (_, i) => 12 * i / LENGTH),
  "all equal": () => new Float32Array(LENGTH).fill(1),
  "two-valued": () => Float32Array.from({ length: LENGTH }, (_, i) => i % 3 ? 0 : 1),
};

function say(name: string, chain: string, samples: readonly Sample[]): void {
  const counts = new Map<number, number>();
  for (const { reads } of samples) counts.set(reads, (counts.get(reads) ?? 0) + 1);
  const one = 100 * (counts.get(1) ?? 0) / samples.length;
  const most = Math.max(...counts.keys());
  console.info(`  ${name.padEnd(18)}${chain.padEnd(30)}${one.toFixed(1).padStart(6)} % in one read, at most ${most}`);
}

if (import.meta.main) {
  for (const [chain, make] of Object.entries(CHAINS)) {
    for (const [name, file] of Object.entries(FILES)) {
      const samples: Sample[] = [];
      for (let seed = 0; seed < (name === "language model" ? 25 : 1); seed++) {
        const logits = await fromFile(`examples/data/${file}`);
        for await (const { token } of reduce(logits, { token: sampler({ chain: make(), seed }) })) samples.push(token);
      }
      say(name, chain, samples);
    }
    for (const [name, row] of Object.entries(MADE)) {
      const values = row(), made = sampler({ chain: make(), seed: 0 });
      say(name, chain, Array.from({ length: 8 }, () => made.draw(values)));
    }
  }
}
