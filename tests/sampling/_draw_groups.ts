/**
 * The draws whose tokens are recorded in `tests/fixtures/draws/tokens.json`: every stage and many chains, on real rows and on hard ones.
 * `deno run --allow-read --allow-write tests/sampling/record_draws.ts` writes the file anew, from whatever the sampler draws then.
 */
import { fromFile } from "../../mod.ts";
import { logitBias } from "../../src/operators/mod.ts";
import {
  adaptiveP,
  dry,
  dynamicTemperature,
  keepEpsilon,
  keepEta,
  keepMinP,
  keepPLess,
  keepTopH,
  keepTopK,
  keepTopNSigma,
  keepTopP,
  keepTypical,
  mirostat,
  penalties,
  preset,
  sampler,
  type SamplerOptions,
  type Stage,
  suppress,
  withTemperature,
  xtc,
} from "../../src/sampling/mod.ts";
import { Random } from "../support/random.ts";
import { rowOf, SHAPES } from "./_rows.ts";

type Chain = NonNullable<SamplerOptions["chain"]>;

const bias = (): ReturnType<typeof logitBias> => logitBias({ 3: 2, 40: -5, 400: 1 });

/** Chains by name. */
const CHAINS: Readonly<Record<string, () => Chain>> = {
  "none": () => [],
  "greedy": () => [withTemperature(0)],
  "temperature 1.3": () => [withTemperature(1.3)],
  "top-k 40": () => [keepTopK(40)],
  "top-k 1000": () => [keepTopK(1000)],
  "top-k 300, ties": () => [keepTopK(300, { ties: "all" })],
  "top-p 0.1": () => [keepTopP(0.1)],
  "top-p 0.5": () => [keepTopP(0.5)],
  "top-p 0.9": () => [keepTopP(0.9)],
  "top-p 0.9, highest ids": () => [keepTopP(0.9, { ties: "highestId" })],
  "top-p 0.9, ties": () => [keepTopP(0.9, { ties: "all" })],
  "top-p 0.99": () => [keepTopP(0.99)],
  "min-p 0.5": () => [keepMinP(0.5)],
  "min-p 0.05": () => [keepMinP(0.05)],
  "min-p 0.001": () => [keepMinP(0.001, { minKeep: 3 })],
  "epsilon 1e-3": () => [keepEpsilon(1e-3)],
  "epsilon 1e-6": () => [keepEpsilon(1e-6)],
  "eta 1e-3": () => [keepEta(1e-3)],
  "eta 1e-6": () => [keepEta(1e-6)],
  "top-n-sigma 1": () => [keepTopNSigma(1)],
  "top-n-sigma 3": () => [keepTopNSigma(3)],
  "typical 0.5": () => [keepTypical(0.5)],
  "typical 0.95": () => [keepTypical(0.95)],
  "top-H 0.4": () => [keepTopH(0.4)],
  "p-less": () => [keepPLess()],
  "xtc": () => [xtc({ probability: 0.5, threshold: 0.05 })],
  "mirostat": () => [mirostat({ tau: 6 })],
  "mirostat 1": () => [mirostat({ version: 1, tau: 6 })],
  "adaptive-p": () => [keepMinP(0.05), adaptiveP({ target: 0.3 })],
  "dynamic temperature": () => [dynamicTemperature({ temperature: 1, range: 0.5 })],
  "temperature 0.7, top-p 0.9": () => [withTemperature(0.7), keepTopP(0.9)],
  "top-p 0.95, temperature 0.7": () => [keepTopP(0.95), withTemperature(0.7)],
  "min-p 0.05, temperature 1.5": () => [keepMinP(0.05), withTemperature(1.5)],
  "min-p 0.01, top-p 0.9": () => [keepMinP(0.01), keepTopP(0.9)],
  "top-p 0.95, typical 0.9": () => [keepTopP(0.95), keepTypical(0.9)],
  "top-p 0.9, temperature 2, min-p 0.1": () => [keepTopP(0.9), withTemperature(2), keepMinP(0.1)],
  "top-k 2000, top-p 0.8": () => [keepTopK(2000), keepTopP(0.8)],
  "eta 1e-4, top-p 0.99, epsilon 1e-5": () => [keepEta(1e-4), keepTopP(0.99), keepEpsilon(1e-5)],
  "penalties, min-p 0.05": () => [penalties({ repetitionPenalty: 1.2, frequencyPenalty: 0.1 }), keepMinP(0.05)],
  "suppress, top-p 0.9": () => [suppress([1, 2, 5]), keepTopP(0.9)],
  "top-p 0.9, bias": () => [keepTopP(0.9), bias()],
  "min-p 0.01, dry": () => [keepMinP(0.01), dry({ multiplier: 1 })],
  "preset llama.cpp": () => preset("llama.cpp"),
  "preset transformers": () => preset("transformers", { temperature: 0.7, topP: 0.9 }),
  "preset vllm": () => preset("vllm", { temperature: 0.7, topP: 0.9, minP: 0.01 }),
};

/** Rows by name: those of a language model, and one of each hard kind. */
async function rowsByName(): Promise<Record<string, Float32Array>> {
  const rows: Record<string, Float32Array> = {};
  const logits = await fromFile("examples/data/lm_logits_f32.npy"), { vocabulary } = logits.shape;
  for await (const { row, start, data } of logits.open()) {
    for (let done = 0; done < data.length;) {
      const at = row * vocabulary + start + done, size = Math.min(vocabulary - at % vocabulary, data.length - done);
      const name = `real ${Math.floor(at / vocabulary)}`;
      (rows[name] ??= new Float32Array(vocabulary)).set(data.subarray(done, done + size), at % vocabulary);
      done += size;
    }
  }
  const random = new Random(20261127), lengths = [900, 5000, 30_000];
  SHAPES.forEach((kind, i) => rows[`${kind} ${lengths[i % 3]}`] = rowOf(kind, lengths[i % 3], random));
  rows["flat 70000"] = rowOf("flat", 70_000, random);
  rows["two-valued 70000"] = rowOf("two-valued", 70_000, random);
  const spike = rows["spike 5000"] = rowOf("flat", 5000, random);
  spike[4321] = 30;
  return rows;
}

/** A name with the tokens drawn under it: ids, or those of several draws a row. */
export type Recorded = readonly [name: string, ids: readonly (number | undefined)[]];

/** Draws a row, each with a step of its own. */
const DRAWS = 12;
const PROMPT = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5];

/** Draws them all: a name and its tokens each. */
export async function* drawGroups(): AsyncGenerator<Recorded> {
  const rows = Object.entries(await rowsByName());
  for (const [chain, make] of Object.entries(CHAINS)) {
    for (const [name, row] of rows) {
      const made = sampler({ chain: make() as Stage[], seed: name.length * 1000 + chain.length, prompt: PROMPT });
      yield [`${chain}: ${name}`, Array.from({ length: DRAWS }, (_, step) => made.draw(row, { step }).id)];
    }
  }
  for (const chain of ["none", "top-p 0.9", "min-p 0.05", "top-k 40", "top-p 0.95, temperature 0.7"]) {
    for (const [name, row] of rows) {
      const made = sampler({ chain: CHAINS[chain](), seed: name.length, draws: 4 });
      const drawn = [0, 1].flatMap((step) => made.draw(row, { step }).draws ?? []);
      yield [`four draws, ${chain}: ${name}`, drawn.map(({ id }) => id)];
    }
  }
}
