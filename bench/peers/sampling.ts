/**
 * A token from a row, against what a TypeScript user would pick today: transformers.js's sampler, tfjs-wasm's multinomial, and a
 * softmax, a sort and a nucleus in plain JavaScript. One run, interleaved rounds, 200,000 logits:
 * `deno run -A bench/peers/sampling.ts`. transformers.js: `top_k: 50` through its own warper, and `top_k: 0`, where it sorts
 * everything; it has no top-p to compare with.
 *
 * @module
 */
import "npm:@tensorflow/tfjs-backend-wasm@4.22.0";
import * as tf from "npm:@tensorflow/tfjs-core@4.22.0";
import { softmax, Tensor, topk } from "npm:@huggingface/transformers@4.3.1";
import { keepTopK, keepTopP, sampler } from "../../src/sampling/mod.ts";
import { normalLogits } from "../_normal_logits.ts";
import { measure, median } from "../_rounds.ts";
import { plainNucleus } from "../sampling/_plain_nucleus.ts";

const LENGTH = 200_000;

/** What its multinomial sampler does, with its own exported parts: top-k, softmax, a running sum. */
async function transformersDraw(row: Float32Array, k: number): Promise<number> {
  const [values, indices] = await topk(new Tensor("float32", row, [row.length]), k);
  const p = softmax(values.data as Float32Array);
  let u = Math.random();
  for (let i = 0; i < p.length; i++) if ((u -= p[i]) <= 0) return Number(indices.data[i]);
  return Number(indices.data[p.length - 1]);
}

if (import.meta.main) {
  await tf.setBackend("wasm");
  await tf.ready();
  const row = normalLogits(LENGTH);
  const bare = sampler(), nucleus = sampler({ chain: [keepTopK(50), keepTopP(0.9)] });
  const ways: Record<string, () => unknown> = {
    "Sluice, full softmax": () => bare.draw(row),
    "Sluice, top-k 50, top-p 0.9": () => nucleus.draw(row),
    "Sluice, top-p 0.9": (() => {
      const wide = sampler({ chain: [keepTopP(0.9)] });
      return () => wide.draw(row);
    })(),
    "tfjs-wasm, multinomial": () => tf.tidy(() => tf.multinomial(tf.tensor1d(row), 1).dataSync()[0]),
    "transformers.js, top_k 50": () => transformersDraw(row, 50),
    "transformers.js, top_k 0 (sorts all)": () => transformersDraw(row, LENGTH),
    "plain JavaScript: softmax, sort, nucleus 0.9": () => plainNucleus(row, 0.9, 0.5),
  };
  const rounds = await measure(Object.entries(ways).map(([name, run]) => ({ name, logits: LENGTH, run })));
  const base = median(rounds.get("Sluice, full softmax")!);
  for (const name of Object.keys(ways)) {
    const ns = median(rounds.get(name)!);
    console.info(`${ns.toFixed(3).padStart(10)} ns a logit  ${(ns / base).toFixed(1).padStart(7)} x  ${name}`);
  }
  tf.disposeVariables();
}
