/** Promise: a distribution lists likeliest first, of equally likely tokens the lower id first, however many there are. */
import { assert, assertEquals } from "@std/assert";
import {
  adaptiveP,
  keepMinP,
  keepTopK,
  keepTopP,
  keepTypical,
  logitBias,
  sampler,
  softcap,
  type Stage,
  withTemperature,
  xtc,
} from "../../mod.ts";
import type { Operator } from "../../src/core/mod.ts";
import { Random } from "../support/random.ts";
import { rowOf, SHAPES } from "./_rows.ts";

const CHAINS: Record<string, () => (Stage | Operator)[]> = {
  plain: () => [],
  cool: () => [withTemperature(0.3)],
  hot: () => [withTemperature(1e6)],
  best: () => [keepTopK(500, { ties: "all" })],
  nucleus: () => [keepTopP(0.95)],
  late: () => [keepMinP(1e-6), withTemperature(0.7)],
  typical: () => [keepTypical(0.9)],
  struck: () => [xtc({ probability: 1, threshold: 0.001 })],
  capped: () => [softcap(3), logitBias({ 5: 1, 6: -2 })],
  edited: () => [keepTopK(300), logitBias({ 1: 2, 2: -3 }), softcap(2)],
  rewritten: () => [keepTopK(200), adaptiveP({ target: 0.1 })],
};

for (const size of [40, 300, 4096, 4097, 20_000]) {
  Deno.test(`a distribution of ${size} tokens: likeliest first, of equally likely ones the lower id first`, () => {
    const random = new Random(size);
    for (const kind of SHAPES) {
      const values = rowOf(kind, size, random);
      for (const row of [values, Float64Array.from(values)]) {
        for (const [name, chain] of Object.entries(CHAINS)) {
          const { ids, probabilities: p } = sampler({ chain: chain(), seed: 1 }).distribution(row);
          assertEquals(new Set(ids).size, ids.length);
          for (let i = 1; i < ids.length; i++) {
            const ordered = p[i - 1] > p[i] || (p[i - 1] === p[i] && ids[i - 1] < ids[i]);
            assert(ordered, `${name}, ${kind}: ${ids[i - 1]} (${p[i - 1]}) before ${ids[i]} (${p[i]})`);
          }
        }
      }
    }
  });
}

Deno.test("the order is by probability, not by what half of its bits says", () => {
  // Neighbours in float32 around 20: their probabilities differ in the low half alone.
  const row = Float64Array.from({ length: 5000 }, (_, id) => 20 + ((id * 7919) % 5000) * 1e-10);
  const { ids } = sampler().distribution(row);
  assertEquals([...ids], [...row.keys()].sort((a, b) => row[b] - row[a]));
});
