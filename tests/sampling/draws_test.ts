/**
 * Law: a draw follows the exact distribution, for each kind of draw (greedy, the race over the whole softmax, a list, a wide cut, several
 * without replacement), far tails included. Seeds are fixed, so a test that passes passes always.
 */
import { assert, assertEquals } from "@std/assert";
import { softcap } from "../../src/operators/mod.ts";
import { keepTopK, keepTopP, type Sampler, sampler, withTemperature, xtc } from "../../src/sampling/mod.ts";
import { Random } from "../support/random.ts";
import { type StageSpec, truthOf } from "./_oracle.ts";
import { rowOf } from "./_rows.ts";

/** How often each id comes in so many draws. */
function countDraws(made: Sampler, row: Float32Array, draws: number): Map<number, number> {
  const counts = new Map<number, number>();
  for (let step = 0; step < draws; step++) {
    const id = made.draw(row, { step }).id!;
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

/** The standardized chi-square statistic; tokens expected fewer than 8 times are pooled. */
function chiSquare(counts: Map<number, number>, expected: Map<number, number>, draws: number): number {
  let statistic = 0, cells = 0, restSeen = 0, rest = 0;
  for (const [id, p] of expected) {
    const wanted = p * draws, seen = counts.get(id) ?? 0;
    if (wanted < 8) {
      rest += wanted;
      restSeen += seen;
    } else {
      statistic += (seen - wanted) ** 2 / wanted;
      cells++;
    }
  }
  if (rest > 1) {
    statistic += (restSeen - rest) ** 2 / rest;
    cells++;
  }
  return (statistic - (cells - 1)) / Math.sqrt(2 * Math.max(1, cells - 1));
}

function check(row: Float32Array, chain: Parameters<typeof sampler>[0] & { chain: object[] }, draws: number): void {
  const made = sampler(chain);
  const specs = (chain.chain as { spec: unknown }[]).map(({ spec }) => spec as StageSpec);
  const { tokens } = truthOf(row, specs, { struck: true, round: true });
  const expected = new Map(tokens.map(({ id, p }) => [id, p]));
  const counts = countDraws(made, row, draws);
  for (const id of counts.keys()) assert(expected.has(id), `${id} was drawn, which is cut`);
  const z = chiSquare(counts, expected, draws);
  assert(Math.abs(z) < 4.5, `z = ${z}`);
}

const random = new Random(99);

Deno.test("the whole softmax: one tile, a partial tile, many tiles", () => {
  check(rowOf("normal", 40, random), { seed: 1, chain: [] }, 40000);
  check(rowOf("normal", 2100, random), { seed: 2, chain: [] }, 40000);
  check(rowOf("flat", 9000, random), { seed: 3, chain: [] }, 10000);
  check(rowOf("masked", 3000, random), { seed: 4, chain: [withTemperature(1.7)] }, 10000);
});

Deno.test("a list", () => {
  check(rowOf("normal", 3000, random), { seed: 5, chain: [keepTopK(50), keepTopP(0.9), withTemperature(0.8)] }, 15000);
  check(rowOf("integers", 300, random), { seed: 6, chain: [xtc({ probability: 1, threshold: 0.02 })] }, 15000);
});

Deno.test("a cut that keeps more tokens than are held", () => {
  check(rowOf("flat", 6000, random), { seed: 7, chain: [keepTopP(0.5)] }, 1500);
  check(rowOf("two-valued", 6000, random), { seed: 8, chain: [keepTopP(0.9)] }, 1500);
  check(rowOf("normal", 5000, random), { seed: 9, chain: [keepTopP(0.98), withTemperature(1.5)] }, 1500);
  check(rowOf("normal", 5000, random), { seed: 10, chain: [xtc({ probability: 1, threshold: 0.01 })] }, 3000);
});

Deno.test("a tile that lies 12 nats below the rest is drawn as often as it should be", () => {
  const row = new Float32Array(2048).fill(-12);
  row.fill(-60, 0, 1024);
  row[5] = 0;
  const draws = 150000;
  const p = 1024 * Math.exp(-12) / (1 + 1024 * Math.exp(-12));
  let below = 0;
  const made = sampler({ seed: 11 });
  for (let step = 0; step < draws; step++) if (made.draw(row, { step }).id! >= 1024) below++;
  const z = (below - draws * p) / Math.sqrt(draws * p * (1 - p));
  assert(Math.abs(z) < 4, `z = ${z}`);
});

Deno.test("a gap of 20 nats: the tail's mass is right, and even inside", () => {
  // 2^21 tokens, each 20 nats down, hold 0.43 % of the mass together.
  const row = new Float32Array(1 + 2 ** 21).fill(-20);
  row[0] = 0;
  const n = 2 ** 21 * Math.exp(-20);
  const p = n / (1 + n), draws = 1500;
  let tail = 0;
  const made = sampler({ seed: 12 });
  for (let step = 0; step < draws; step++) if (made.draw(row, { step }).id! > 0) tail++;
  assert(Math.abs(tail - draws * p) < 4 * Math.sqrt(draws * p), `${tail}, wanted ${draws * p}`);
});

Deno.test("xtc strikes as often as it is told to", () => {
  const row = Float32Array.from([0.4, 0.3, 0.2, 0.1], Math.log), draws = 20000;
  const made = sampler({ chain: [xtc({ probability: 0.3, threshold: 0.15 })], seed: 21 });
  let top = 0;
  for (let step = 0; step < draws; step++) if (made.draw(row, { step }).id! < 2) top++;
  const p = 0.7 * 0.7;
  assert(Math.abs(top - draws * p) < 4 * Math.sqrt(draws * p * (1 - p)), `${top / draws}`);
});

Deno.test("a common offset of ten thousand changes nothing", () => {
  const row = rowOf("normal", 3000, random), far = row.map((x) => Math.fround(Math.fround(x * 64) / 64));
  const offset = far.map((x) => Math.round(x * 64) / 64 + 10000), plain = offset.map((x) => x - 10000);
  for (const chain of [[], [keepTopP(0.9)]]) {
    check(offset, { seed: 22, chain }, 8000);
    for (let step = 0; step < 50; step++) {
      const a = sampler({ seed: 22, chain }).draw(offset, { step }),
        b = sampler({ seed: 22, chain }).draw(plain, { step });
      assertEquals(a.id, b.id);
      assert(Math.abs(a.logprob - b.logprob) < 2e-5);
    }
  }
});

Deno.test("softcapped logits tie: the cut keeps the lowest ids", () => {
  const row = Float32Array.from({ length: 2000 }, (_, id) => 400 + id);
  const { ids } = sampler({ chain: [softcap(5), keepTopK(300)] }).distribution(row);
  assertEquals([...ids].sort((a, b) => a - b), Array.from({ length: 300 }, (_, id) => id));
});

Deno.test("equal zeros of either sign are equal", () => {
  const row = Float32Array.from({ length: 600 }, (_, id) => id % 2 ? 0 : -0);
  for (const k of [1, 7, 300]) {
    const { ids } = sampler({ chain: [keepTopK(k)] }).distribution(row);
    assertEquals([...ids].sort((a, b) => a - b), Array.from({ length: k }, (_, id) => id));
  }
  assertEquals(sampler({ seed: 0, chain: [withTemperature(0)] }).draw(row).id, 0);
});

Deno.test("greedy draws the largest, of equal ones the lowest id", () => {
  const row = Float32Array.of(1, 4, 4, -Infinity);
  const made = sampler({ seed: 0, chain: [withTemperature(0)] });
  for (let step = 0; step < 20; step++) assertEquals(made.draw(row), { id: 1, logprob: 0, reads: 1 });
});

Deno.test("several draws: no token twice, first and second as without replacement", () => {
  const p = [0.5, 0.3, 0.15, 0.05];
  const row = Float32Array.from(p, Math.log);
  for (const chain of [[], [keepTopK(4)]]) {
    const made = sampler({ seed: 13, draws: 2, chain });
    const pairs = new Map<number, number>();
    const draws = 20000;
    for (let step = 0; step < draws; step++) {
      const [a, b] = made.draw(row, { step }).draws!;
      assert(a.id !== b.id);
      pairs.set(a.id * 4 + b.id, (pairs.get(a.id * 4 + b.id) ?? 0) + 1);
    }
    const expected = new Map<number, number>();
    for (let a = 0; a < 4; a++) {
      for (let b = 0; b < 4; b++) if (a !== b) expected.set(a * 4 + b, p[a] * p[b] / (1 - p[a]));
    }
    assert(Math.abs(chiSquare(pairs, expected, draws)) < 4.5);
  }
});

Deno.test("several draws from a wide row, and from equal tokens, are distinct and kept", () => {
  const wide = rowOf("flat", 5000, random);
  const { draws } = sampler({ seed: 0, draws: 40, chain: [keepTopP(0.9)] }).draw(wide);
  assertEquals(new Set(draws!.map(({ id }) => id)).size, 40);
  const equal = new Float32Array(300).fill(1);
  const all = sampler({ seed: 0, draws: 400 }).draw(equal).draws!;
  assertEquals(new Set(all.map(({ id }) => id)).size, 300);
});
