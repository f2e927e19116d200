// Promises of two aligned rows: one-read KL, JS and TV to 2e-6 at any offset between the streams; the precise KL to a relative 1e-5 above 1e-8;
// what holds between the divergences; on every backend.
import { assert } from "@std/assert";
import { availableBackends } from "../../kernels/mod.ts";
import { reduceRow } from "../../src/row/mod.ts";
import {
  correlation,
  gapVariance,
  jsDivergence,
  klDivergence,
  pearsonDistance,
  renyiDivergence,
  totalVariation,
} from "../../src/reducers/mod.ts";
import { Random } from "../support/random.ts";
import * as oracle from "./_oracle.ts";

/** How far the second row is from the first: noise of each size, and another row altogether. */
const NOISES = [0, 1e-4, 1e-3, 0.03, 0.3, 2];
const OFFSETS = [0, 100, 1e4, 1e5];
const VOCABULARY = 6000;

interface Pair {
  readonly where: string;
  readonly noise: number;
  readonly offset: number;
  readonly a: Float32Array;
  readonly b: Float32Array;
}

/** Rows of the shapes that break a sum: normal, flat, tied, spiked, masked. */
function* pairs(): Generator<Pair> {
  const random = new Random(41);
  const shapes: Readonly<Record<string, (id: number) => number>> = {
    normal: () => 3 * random.normal(),
    flat: () => 1.25,
    tied: () => random.whole(5) / 2,
    spiked: (id) => id === 2000 ? 25 : random.normal(),
    masked: (id) => id % 3 ? -Infinity : 2 * random.normal(),
  };
  for (const [shape, at] of Object.entries(shapes)) {
    for (const noise of NOISES) {
      for (const offset of OFFSETS) {
        const a = Float32Array.from({ length: VOCABULARY }, (_, id) => at(id));
        const b = a.map((x) => x + noise * random.normal() + offset);
        yield { where: `${shape}, noise ${noise}, offset ${offset}`, noise, offset, a, b };
      }
    }
  }
}

function near(found: number, wanted: number, most: number, where: string): void {
  assert(Math.abs(found - wanted) <= most, `${where}: found ${found}, wanted ${wanted}`);
}

for (const backend of availableBackends()) {
  Deno.test(`accuracy of divergences, whatever the offset between the streams: ${backend}`, () => {
    for (const { where, offset, a, b } of pairs()) {
      const found = reduceRow({ a, b }, {
        kl: klDivergence("a", "b"),
        back: klDivergence("b", "a"),
        precise: klDivergence("a", "b", { precise: true }),
        js: jsDivergence("a", "b"),
        uneven: jsDivergence("a", "b", { weight: 0.1 }),
        tv: totalVariation("a", "b"),
        two: renyiDivergence("a", "b", { alpha: 2 }),
        half: renyiDivergence("a", "b", { alpha: 0.5 }),
        variance: gapVariance("a", "b"),
      }, { backend });
      const kl = oracle.kl(a, b), variance = oracle.gapVariance(a, b);
      near(found.kl, kl, 2e-6, `KL, ${where}`);
      near(found.back, oracle.kl(b, a), 2e-6, `KL back, ${where}`);
      near(found.precise, kl, Math.max(1e-5 * kl, 1e-12), `precise KL, ${where}`);
      near(found.js, oracle.js(a, b), 2e-6, `JS, ${where}`);
      near(found.uneven, oracle.js(a, b, 0.1), 2e-6, `JS of weight 0.1, ${where}`);
      near(found.tv, oracle.tv(a, b), 2e-6, `TV, ${where}`);
      near(found.half, oracle.renyi(a, b, 0.5), 8e-6, `Renyi 1/2, ${where}`);
      near(found.two, oracle.renyi(a, b, 2), 4e-6 * Math.max(1, found.two), `Renyi 2, ${where}`);
      near(found.variance, variance, (offset > 1e4 ? 1e-5 : 2e-6) * Math.max(1, variance), `gap variance, ${where}`);
    }
  });

  Deno.test(`what holds between divergences: ${backend}`, () => {
    for (const { where, a, b } of pairs()) {
      const { kl, js, back, tv, near: close, half, self, r, d } = reduceRow({ a, b }, {
        kl: klDivergence("a", "b"),
        js: jsDivergence("a", "b"),
        back: jsDivergence("b", "a"),
        tv: totalVariation("a", "b"),
        near: renyiDivergence("a", "b", { alpha: 0.99 }),
        half: renyiDivergence("a", "b", { alpha: 0.5 }),
        self: klDivergence("b", "b"),
        r: correlation("a", "b"),
        d: pearsonDistance("a", "b"),
      }, { backend });
      assert(kl >= 0 && self <= 2e-6, `KL is at least 0, and of equal rows 0: ${where}`);
      near(js, back, 2e-6, `JS of weight 1/2 is symmetric: ${where}`);
      assert(js <= Math.LN2 + 2e-6, `JS is at most ln 2: ${where}`);
      assert(tv * tv <= kl / 2 + 4e-6, `Pinsker: ${where}`);
      assert(half <= close + 4e-4 && close <= kl + 4e-4, `Renyi grows with its order, to KL: ${where}`);
      if (!Number.isNaN(r)) near(d, Math.sqrt(Math.max(0, 1 - r) / 2), 1e-7, `Pearson distance: ${where}`);
    }
  });
}
