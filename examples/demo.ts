// Next-token logits of a small language model, 4 rows of 200,019: for each row its log-sum-exp, its entropy and the five
// likeliest tokens as text; then how the work is done, and how fast.
//
//   deno task demo
import { collect, entropy, explain, fromFile, logSumExp, reduce, topK } from "@sluice/sluice";
import { decode } from "gpt-tokenizer/o200k_base";

const logits = await fromFile(new URL("data/lm_logits_f32.npy", import.meta.url));
const reducers = { lse: logSumExp(), nats: entropy(), bits: entropy({ unit: "bits" }), top: topK(5) };

for await (const row of reduce(logits, reducers)) {
  const { index, count, lse, nats, bits, top } = row;
  console.log(`row ${index}: ${count} logits`);
  console.log(`  log-sum-exp ${lse.toFixed(6)}   entropy ${nats.toFixed(4)} nats = ${bits.toFixed(4)} bits`);
  for (const { id, logprob } of top) {
    const share = (100 * Math.exp(logprob)).toFixed(2).padStart(6);
    console.log(`  ${share} %  ${String(id).padStart(6)}  ${JSON.stringify(decode([id]))}`);
  }
}

// The path is left out of what is printed: it is this machine's.
const plan = explain(logits, reducers).toString().replace(/\{"path":[^}]*\}/, "...");
console.log(`\nplan\n${plan.replaceAll(/^/gm, "  ")}`);

const { rows = 0, vocabulary } = logits.shape;
await seconds(20);
const times = 100;
const rate = times * rows * vocabulary / await seconds(times);
console.log(`\nthroughput: ${times} more reads of the file at ${(rate / 1e6).toFixed(0)} million logits/s`);

/** How long it takes to read and reduce the whole file so many times. */
async function seconds(reads: number): Promise<number> {
  const begun = performance.now();
  for (let i = 0; i < reads; i++) await collect(logits, reducers);
  return (performance.now() - begun) / 1000;
}
