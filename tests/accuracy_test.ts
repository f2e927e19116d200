// Promise 5, against float64 with compensated sums, at any vocabulary, flat, tied, spiked and +-1e4 rows included:
//   log-sum-exp and entropy within 2e-6 + 2^-24 relative; probabilities within 3e-6 relative above 1e-37;
//   log-probabilities within 2e-6 + 2 ulp; the probabilities of 2^20 tokens sum to 1 within 1e-6.
import { assert } from "@std/assert";
import { availableBackends, type Backend } from "../kernels/mod.ts";
import type { Logits } from "../src/core/mod.ts";
import { normalize, reduce } from "../src/flow/mod.ts";
import { reduceRow } from "../src/row/mod.ts";
import { entropy, logSumExp, perplexity, topK, varentropy } from "../src/reducers/mod.ts";
import { fromArray, fromFile } from "../src/sources/mod.ts";
import { CompensatedSum, type Truth, truthOf } from "./support/oracle.ts";
import { Random } from "./support/random.ts";

type Make = (random: Random, vocabulary: number) => (id: number) => number;

const KINDS: Readonly<Record<string, Make>> = {
  flat: () => () => 0,
  "flat, odd": () => () => -17.3,
  tied: (random) => () => random.whole(4) - 2,
  spiked: (random, vocabulary) => (id) => id === (vocabulary * 2) / 3 >>> 0 ? 25 : random.normal(),
  "N(0, 16)": (random) => () => 4 * random.normal(),
  "U(-50, 50)": (random) => () => 100 * random.uniform() - 50,
  "1e4 + U(-20, 20)": (random) => () => 1e4 + 40 * random.uniform() - 20,
  "-1e4 + U(-20, 20)": (random) => () => -1e4 + 40 * random.uniform() - 20,
  "+-1e4": (random) => () => random.whole(2) ? 1e4 : -1e4,
  "U(-1e4, 1e4)": (random) => () => 2e4 * random.uniform() - 1e4,
  masked: (random) => () => random.whole(3) ? -Infinity : 4 * random.normal(),
  ascending: (_, vocabulary) => (id) => 30 * id / vocabulary,
};

function rowOf(kind: string, vocabulary: number): Float32Array {
  const at = KINDS[kind](new Random(51), vocabulary);
  return Float32Array.from({ length: vocabulary }, (_, id) => at(id));
}

const EPSILON = 2 ** -24;

function within(found: number, wanted: number, tolerance: number, what: string): void {
  assert(Math.abs(found - wanted) <= tolerance, `${what}: found ${found}, wanted ${wanted} within ${tolerance}`);
}

function assertStatistics(row: Float32Array, truth: Truth, backend: Backend, what: string): void {
  const found = reduceRow(row, { lse: logSumExp(), h: entropy(), top: topK(3), e: perplexity() }, { backend });
  within(found.lse, truth.logSumExp, 2e-6 + EPSILON * Math.abs(truth.logSumExp), `${what}: log-sum-exp`);
  within(found.h, truth.entropy, 2e-6 + EPSILON * truth.entropy, `${what}: entropy`);
  within(Math.log(found.e), found.h, 1e-12 * (1 + found.h), `${what}: perplexity`);
  for (const { logit, logprob } of found.top) {
    within(logprob, logit - truth.maximum - truth.logSum, 2e-6, `${what}: log-probability`);
  }
}

/** The distance from a float32 to the next. */
function ulp(x: number): number {
  return 2 ** (Math.max(-126, Math.floor(Math.log2(Math.abs(x)))) - 23);
}

async function assertMaps(row: Float32Array, truth: Truth, backend: Backend, what: string): Promise<void> {
  const logits = fromArray(row);
  const sum = new CompensatedSum();
  let worst = 0, worstLog = 0;
  for await (const { data, start } of normalize(logits, { backend }).open()) {
    for (let i = 0; i < data.length; i++) {
      sum.add(data[i]);
      const wanted = Math.exp(row[start + i] - truth.maximum - truth.logSum);
      if (wanted > 1e-37) worst = Math.max(worst, Math.abs(data[i] - wanted) / wanted);
      else if (data[i] > 1.1e-37) worst = Infinity;
    }
  }
  for await (const { data, start } of normalize(logits, { log: true, backend }).open()) {
    for (let i = 0; i < data.length; i++) {
      const wanted = row[start + i] - truth.maximum - truth.logSum;
      if (wanted === -Infinity) worstLog = data[i] === -Infinity ? worstLog : Infinity;
      else worstLog = Math.max(worstLog, Math.abs(data[i] - wanted) - 2 * ulp(wanted));
    }
  }
  assert(worst <= 3e-6, `${what}: probabilities are off by ${worst} relative`);
  assert(worstLog <= 2e-6, `${what}: log-probabilities are off by ${worstLog} + 2 ulp`);
  within(sum.value, 1, row.length >= 2 ** 20 ? 1e-6 : 3e-6, `${what}: the sum of the probabilities`);
}

for (const vocabulary of [1, 5, 1000, 200_019, 2 ** 20]) {
  Deno.test(`accuracy at ${vocabulary} logits, every kind of row and backend`, async () => {
    for (const kind of Object.keys(KINDS)) {
      const row = rowOf(kind, vocabulary);
      const truth = truthOf(row);
      if (truth.maximum === -Infinity) continue;
      for (const backend of availableBackends()) {
        const what = `${kind}, ${vocabulary}, ${backend}`;
        assertStatistics(row, truth, backend, what);
        // The float64 reference is an oracle of its own: its maps are checked where they are cheap.
        if (backend !== "reference" || vocabulary < 2 ** 20) await assertMaps(row, truth, backend, what);
      }
    }
  });
}

Deno.test("accuracy at 2^24 logits", () => {
  for (const kind of ["flat", "N(0, 16)", "1e4 + U(-20, 20)"]) {
    const block = rowOf(kind, 2 ** 20);
    const row = new Float32Array(2 ** 24);
    for (let i = 0; i < 16; i++) row.set(block, i * block.length);
    const truth = truthOf(row);
    for (const backend of availableBackends().filter((backend) => backend !== "reference")) {
      assertStatistics(row, truth, backend, `${kind}, 2^24, ${backend}`);
    }
  }
});

async function assertRealRows(logits: Logits, name: string, every: number): Promise<void> {
  for (const backend of availableBackends()) {
    const reducers = { lse: logSumExp(), h: entropy(), v: varentropy() };
    const found = await Array.fromAsync(reduce(logits, reducers, { backend }));
    const { vocabulary } = logits.shape;
    const row = new Float32Array(vocabulary);
    for await (const { data, row: index, start } of logits.open()) {
      // Chunks may span rows: laid out one by one.
      for (let i = 0; i < data.length; i++) {
        const id = (start + i) % vocabulary;
        row[id] = data[i];
        if (id < vocabulary - 1) continue;
        const at = index + Math.floor((start + i) / vocabulary);
        if (at % every !== 0) continue;
        const truth = truthOf(row);
        const what = `${name}, row ${at}, ${backend}`;
        within(found[at].lse, truth.logSumExp, 2e-6 + EPSILON * Math.abs(truth.logSumExp), `${what}: log-sum-exp`);
        within(found[at].h, truth.entropy, 2e-6 + EPSILON * truth.entropy, `${what}: entropy`);
        within(found[at].v, varianceOf(row, truth), 1e-5 * (1 + found[at].v), `${what}: varentropy`);
        if (backend !== "reference") await assertMaps(row.slice(), truth, backend, what);
      }
    }
  }
}

/** Variance of the surprisal. */
function varianceOf(row: Float32Array, truth: Truth): number {
  const sum = new CompensatedSum();
  for (const x of row) {
    const logP = x - truth.maximum - truth.logSum;
    const p = Math.exp(logP);
    if (p > 0) sum.add(p * (logP + truth.entropy) ** 2);
  }
  return sum.value;
}

Deno.test("accuracy on real rows: a language model over 200,019 tokens", async () => {
  await assertRealRows(await fromFile(new URL("../examples/data/lm_logits_f32.npy", import.meta.url)), "lm", 1);
});

Deno.test("accuracy on real rows: text recognition over 6,625 classes", async () => {
  await assertRealRows(await fromFile(new URL("../examples/data/ocr_logits_f32.npy", import.meta.url)), "ocr", 8);
});

Deno.test("float64 rows are float64 throughout", async () => {
  for (const kind of Object.keys(KINDS)) {
    const at = KINDS[kind](new Random(52), 5000);
    const row = Float64Array.from({ length: 5000 }, (_, id) => at(id));
    const truth = truthOf(row);
    const { lse, h } = reduceRow(row, { lse: logSumExp(), h: entropy() });
    within(lse, truth.logSumExp, 1e-13 * (1 + Math.abs(truth.logSumExp)), `${kind}: log-sum-exp`);
    within(h, truth.entropy, 1e-11 * (1 + truth.entropy), `${kind}: entropy`);
    for await (const { data, start } of normalize(fromArray(row)).open()) {
      for (let i = 0; i < data.length; i++) {
        const wanted = Math.exp(row[start + i] - truth.maximum - truth.logSum);
        if (wanted > 1e-300) within(data[i], wanted, 1e-11 * wanted, `${kind}: probability ${start + i}`);
      }
    }
  }
});
