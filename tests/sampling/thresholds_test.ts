/**
 * Promise: a token at a threshold has reached it, wherever on the axis the row lies; thresholds that lie nowhere keep all, or one; equal
 * logits go by the tie rule, also where they reach into the tokens that are held one by one.
 */
import { assertEquals } from "@std/assert";
import { logitBias } from "../../src/operators/mod.ts";
import {
  dynamicTemperature,
  keepEpsilon,
  keepEta,
  keepMinP,
  keepPLess,
  keepTopK,
  keepTopNSigma,
  keepTopP,
  keepTypical,
  mirostat,
  preset,
  sampler,
  type Stage,
  suppress,
  withTemperature,
  xtc,
} from "../../src/sampling/mod.ts";

const kept = (chain: readonly Stage[], row: Float32Array | Float64Array): number[] =>
  [...sampler({ chain }).distribution(row).ids].sort((a, b) => a - b);

const OFFSETS = [0, 0.25, 0.5, 0.75, 1, 2.5, 3, 7.3, -3.3, -40.7, 1000];

Deno.test("equal logits whose probability is the threshold are all at it, at any offset", () => {
  for (const offset of OFFSETS) {
    const equal = (n: number) => new Float32Array(n).fill(offset);
    assertEquals(kept([keepEpsilon(0.25)], equal(4)).length, 4, `epsilon at ${offset}`);
    assertEquals(kept([xtc({ probability: 1, threshold: 0.25 })], equal(4)), [3], `xtc at ${offset}`);
    assertEquals(kept([mirostat({ tau: 1 })], equal(4)).length, 4, `mirostat, 2 bits, at ${offset}`);
    assertEquals(kept([mirostat()], equal(1024)).length, 1024, `mirostat, 10 bits, at ${offset}`);
    assertEquals(kept([keepPLess()], equal(1000)).length, 1000, `p-less at ${offset}`);
    assertEquals(kept([keepMinP(1)], equal(5)).length, 5, `min-p 1 at ${offset}`);
    assertEquals(kept([keepTopP(0.5)], equal(4)), [0, 1], `top-p at ${offset}`);
  }
});

Deno.test("equal logits that are less likely than a threshold are below it, however large they are", () => {
  for (const offset of [...OFFSETS, 1e9, 1e20, -1e30]) {
    const equal = (n: number) => new Float32Array(n).fill(offset);
    assertEquals(kept([keepEpsilon(0.3)], equal(4)), [0], `epsilon at ${offset}`);
    assertEquals(kept([xtc({ probability: 1, threshold: 0.3 })], equal(4)), [0, 1, 2, 3], `xtc at ${offset}`);
    assertEquals(kept([mirostat({ tau: 0.9 })], equal(4)), [0], `mirostat at ${offset}`);
  }
});

Deno.test("min-p: a half of the best probability is a half of it", () => {
  for (const p of [[0.5, 0.25, 0.25], [0.4, 0.2, 0.2, 0.2]]) {
    assertEquals(kept([keepMinP(0.5)], Float32Array.from(p, Math.log)).length, p.length);
    assertEquals(kept(preset("llama.cpp", { minP: 0.5, topP: 1 }), Float32Array.from(p, Math.log)).length, p.length);
  }
});

Deno.test("tiny shares keep one token", () => {
  for (const row of [new Float32Array(1000), Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i))]) {
    assertEquals(kept([keepTopP(1e-9)], row).length, 1);
    const typical = sampler({ seed: 0, chain: [keepTypical(5e-8)] }).draw(row);
    assertEquals(typical.id !== undefined && typical.why === undefined, true);
  }
});

Deno.test("options that put a threshold at an infinity keep all, or one", () => {
  const row = Float32Array.of(1, 2, 9);
  assertEquals(kept([keepTopNSigma(1e308)], row), [0, 1, 2]);
  assertEquals(kept(preset("llama.cpp", { topNSigma: 1.7e308, minP: 0, topP: 1 }), row), [0, 1, 2]);
  assertEquals(kept([keepTopNSigma(1e300)], Float32Array.of(3e38, -3e38, 9)), [0]);
  assertEquals(kept([mirostat({ tau: 1e308 })], row), [0, 1, 2]);
  const made = sampler({ seed: 0, chain: [mirostat({ tau: 8, eta: 1e308 })] });
  for (let step = 0; step < 8; step++) made.accept(made.draw(row).id!);
  assertEquals(JSON.parse(made.save()).own[0].every(Number.isFinite), true);
});

Deno.test("top-n-sigma: deviations that overflow as squares", () => {
  assertEquals(kept([keepTopNSigma(1)], Float64Array.of(1, 2, -Number.MAX_VALUE)), [0, 1]);
  assertEquals(kept([keepTopNSigma(1)], Float64Array.of(1, 2, -1e160)), [0, 1]);
  assertEquals(kept([keepTopK(3), keepTopNSigma(1)], Float64Array.of(1e308, -1e308, 0)), [0]);
  const row = Float64Array.from({ length: 3000 }, (_, i) => Math.sin(i));
  row[7] = -1e160;
  assertEquals(kept([keepTopNSigma(1)], row).length, 2999);
});

Deno.test("the least kept: ties of the last of them as the rule says", () => {
  const row = Float32Array.of(2, 0, 0, 0);
  for (const stage of [keepEpsilon, keepEta]) {
    assertEquals(kept([stage(0.3)], row), [0]);
    assertEquals(kept([stage(0.3, { minKeep: 2 })], row), [0, 1]);
    assertEquals(kept([stage(0.3, { minKeep: 2, ties: "highestId" })], row), [0, 3]);
    assertEquals(kept([stage(0.3, { minKeep: 2, ties: "all" })], row), [0, 1, 2, 3]);
  }
  assertEquals(kept(preset("transformers", { epsilonCutoff: 0.3 }), new Float32Array(4)), [0, 1, 2, 3]);
  assertEquals(kept(preset("llama.cpp", { topK: 1, minKeep: 3 }), Float32Array.of(1, 2, 3, 4)), [3]);
});

Deno.test("highest ids: of equal logits among and below the tokens that are held", () => {
  const row = new Float32Array(1025).fill(1), cut = { ties: "highestId" } as const;
  const upper = Array.from({ length: 513 }, (_, i) => 512 + i);
  assertEquals(kept([keepTopP(0.5, cut)], row), upper);
  assertEquals(kept([keepTopP(0.5, cut), keepTopK(256)], row), upper.slice(0, 256));
  assertEquals(
    kept([keepTopK(300, cut), keepTopK(100)], new Float32Array(400).fill(1)),
    upper.map((id) => id - 412).slice(0, 100),
  );
  // A cut that lies on a token, give or take one.
  assertEquals(kept([keepTopP(0.1, cut), keepTopP(0.01)], new Float32Array(700)), [630]);
  const two = Float32Array.from({ length: 1000 }, (_, i) => i % 20 === 0 ? 1 : 0);
  for (const chain of [[keepTopK(300, cut)], [keepTopP(0.4, cut)], preset("vllm", { topP: 0.4 })]) {
    const made = sampler({ chain }), all = new Set(made.distribution(two).ids);
    for (let step = 0; step < 300; step++) assertEquals(all.has(made.draw(two, { step }).id!), true);
  }
});

Deno.test("ties: all of a group stay where the cut lies on one of it, give or take one", () => {
  for (const length of [260, 300, 900]) {
    const row = new Float32Array(length).fill(-13);
    row[7] = 0;
    const whole = 1 + (length - 1) * Math.exp(-13);
    // In the middle of the group, whose tokens weigh less than the sweep's sum may be off by.
    const p = (1 + 120 * Math.exp(-13)) / whole;
    const made = sampler({ seed: 0, chain: [keepTopP(p, { ties: "all" })] });
    assertEquals(made.distribution(row).ids.length, length);
    for (let step = 0; step < 20; step++) {
      const { id, logprob } = made.draw(row, { step });
      assertEquals(Math.abs(row[id!] - Math.log(whole) - logprob) < 1e-5, true, `${length}: ${logprob}`);
    }
  }
});

Deno.test("typical: all of a group at one distance stay, and count", () => {
  const row = Float32Array.from({ length: 20000 }, (_, i) => i < 5000 ? -1.5 : 0.05 * ((i * 7919) % 1000) / 1000);
  const sum = (from: number) => row.subarray(from).reduce((total, x) => total + Math.exp(x), 0);
  const { id, logprob } = sampler({ seed: 0, chain: [keepTypical(sum(5000) / sum(0) + 1e-5)] }).draw(row);
  assertEquals(Math.abs(logprob - (row[id!] - Math.log(sum(0)))) < 1e-5, true);
});

Deno.test("what is left below a dropped top choice is a distribution, however far below", () => {
  const far = (length: number) => Float32Array.from({ length }, (_, id) => id < 2 ? 900 - id / 8 : -(id % 7));
  for (const length of [5, 300, 5000]) {
    const drop = xtc({ probability: 1, threshold: 0.3 });
    const row = far(length);
    row.fill(-Infinity, 1, 2);
    row[1] = 899.9;
    for (const chain of [[drop], [drop, withTemperature(0.01)], [drop, keepTopK(3), keepTopP(0.9)]]) {
      const made = sampler({ chain, seed: 1 }), { ids, probabilities } = made.distribution(row);
      const { id, logprob, why } = made.draw(row);
      assertEquals([why, ids.includes(id!)], [undefined, true]);
      assertEquals(Math.abs(Math.log(probabilities[ids.indexOf(id!)]) - logprob) < 1e-5, true);
    }
    const below = Float32Array.from({ length }, (_, id) => id === 0 ? 0.4 : id === 1 ? 0.39 : -1000 - id % 7);
    const { ids } = sampler({ chain: [drop, suppress([1])] }).distribution(below);
    assertEquals(ids.length > 0 && !ids.includes(0) && !ids.includes(1), true);
  }
});

Deno.test("dynamic temperature: next to none is greedy", () => {
  const row = new Float32Array(300);
  row[5] = 100;
  const heat = (range: number) => dynamicTemperature({ temperature: 1, range });
  assertEquals(kept([heat(1.5), heat(0.9)], row), [5]);
});

Deno.test("xtc: of equal top choices the last stays alone, also where edits or a second read made them a group", () => {
  const row = new Float32Array(700), best = [42, 97, 164, 228, 363, 412];
  for (const id of best) row[id] = 30;
  const strike = xtc({ probability: 1, threshold: 0.01 });
  for (const chain of [[strike], [logitBias({ 79: 1.74 }), strike], [keepTopP(1), strike]]) {
    const made = sampler({ chain }), ids = [...made.distribution(row).ids];
    assertEquals(best.filter((id) => ids.includes(id)), [412]);
    assertEquals(ids.length, 695);
    assertEquals(made.draw(row).id, 412);
  }
});
