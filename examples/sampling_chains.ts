// From logits to tokens: real rows of a language model under the chains of three systems and one of our own, all in one
// reading of the file; what each chain keeps of 200,019 tokens, and what it draws.
import { fromFile, keepMinP, keepTopP, preset, reduce, type Sampler, sampler, withTemperature } from "@sluice/sluice";
import { assert } from "@std/assert";
import { decode } from "gpt-tokenizer/o200k_base";

const chains = {
  "llama.cpp": preset("llama.cpp"),
  "transformers": preset("transformers", { temperature: 0.7, topP: 0.9 }),
  "vLLM": preset("vllm", { temperature: 0.7, topP: 0.9 }),
  "our own": [keepMinP(0.02), withTemperature(1.2), keepTopP(0.95)],
};
const reducers: Record<string, Sampler> = {};
for (const [name, chain] of Object.entries(chains)) reducers[name] = sampler({ chain, seed: 7, details: true });

const logits = await fromFile("examples/data/lm_logits_f32.npy");
for await (const row of reduce(logits, reducers)) {
  console.log(`row ${row.index}`);
  for (const name of Object.keys(chains)) {
    const { id, logprob, reads, details } = row[name];
    assert(id !== undefined && details !== undefined);
    const percent = (100 * Math.exp(logprob)).toFixed(2).padStart(6);
    const kept = `${details.kept} tokens kept, ${(100 * details.keptMass).toFixed(1)} % of the mass, reads: ${reads}`;
    console.log(`  ${name.padEnd(13)}${percent} %  ${JSON.stringify(decode([id])).padEnd(16)}${kept}`);
  }
}
