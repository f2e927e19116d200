/**
 * Law: what a chain keeps, and with which probabilities, is what a float64, sort-based oracle says, for every stage alone and for
 * chains in any order, on rows of every kind; where the oracle itself stands within 1e-9 of a border, either side is right.
 */
import { assert } from "@std/assert";
import {
  keepEpsilon,
  keepMinP,
  keepTopK,
  keepTopP,
  keepTypical,
  sampler,
  type Stage,
  withTemperature,
} from "../../src/sampling/mod.ts";
import { Random } from "../support/random.ts";
import { type StageSpec, truthOf } from "./_oracle.ts";
import { rowOf, SHAPES } from "./_rows.ts";
import { chainOf, REWRITING, STAGES } from "./_stages.ts";

const HISTORY = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5];

/** Compares one chain on one row; gives whether a decision was too near to call. */
function compare(row: Float32Array, chain: readonly Stage[], what: string): boolean {
  const history = HISTORY.filter((id) => id < row.length);
  const made = sampler({ chain, prompt: history });
  const got = made.distribution(row);
  const specs = chain.map(({ spec }) => spec as StageSpec);
  const { tokens, margin } = truthOf(row, specs, { history, struck: true, round: true });
  // Rewriting more tokens than are listed rounds to the row's float32.
  const tolerance = chain.some(({ spec }) => REWRITING.includes(spec.name)) ? (row[0] > 9000 ? 1e-2 : 2e-5) : 2e-6;
  const truth = new Map(tokens.map(({ id, p }) => [id, p]));
  let wrong = "";
  for (let i = 0; i < got.ids.length && !wrong; i++) {
    const p = truth.get(got.ids[i]);
    if (p === undefined) wrong = `keeps ${got.ids[i]}, P = ${got.probabilities[i]}`;
    else if (Math.abs(p - got.probabilities[i]) > tolerance * p + 1e-12) {
      wrong = `P(${got.ids[i]}) = ${got.probabilities[i]}, not ${p}`;
    }
  }
  const visible = tokens.filter(({ p }) => p > 1e-300).length;
  if (!wrong && (got.ids.length > tokens.length || got.ids.length < visible)) {
    wrong = `keeps ${got.ids.length}, not ${tokens.length}`;
  }
  assert(!wrong || margin < NEAR, `${what}: ${wrong} (margin ${margin})\n${JSON.stringify(specs)}`);
  return wrong !== "";
}

const NEAR = 1e-9;

for (const name of Object.keys(STAGES)) {
  Deno.test(`oracle: ${name} alone`, () => {
    const random = new Random(name.length * 7919 + name.charCodeAt(4));
    let near = 0, rows = 0;
    for (const kind of SHAPES) {
      for (const length of [5, 7, 300, 1025, 5000]) {
        for (let i = 0; i < (length > 1000 ? 3 : 6); i++, rows++) {
          const row = rowOf(kind, length, random);
          if (compare(row, [STAGES[name](random)], `${kind} ${length} #${i}`)) near++;
        }
      }
    }
    assert(near <= rows / 50, `${near} of ${rows} too near to call`);
  });
}

Deno.test("oracle: random chains", () => {
  const random = new Random(20240607);
  let near = 0;
  const rows = 1200;
  for (let i = 0; i < rows; i++) {
    const length = [5, 250, 900, 2000, 6000][Math.floor(random.uniform() * 5)];
    const chain = chainOf(random, length);
    const kind = SHAPES[i % SHAPES.length];
    if (compare(rowOf(kind, length, random), chain, `${kind} ${length} #${i}`)) near++;
  }
  assert(near <= rows / 50, `${near} of ${rows} too near to call`);
});

Deno.test("oracle: temperatures between wide cuts", () => {
  const random = new Random(61);
  const wide = (): Stage => {
    switch (Math.floor(random.uniform() * 5)) {
      case 0:
        return keepTopP(0.7 + 0.3 * random.uniform());
      case 1:
        return keepMinP(10 ** (-2 - 4 * random.uniform()));
      case 2:
        return keepTopK(300 + Math.floor(random.uniform() * 3000));
      case 3:
        return keepTypical(0.6 + 0.4 * random.uniform());
      default:
        return keepEpsilon(10 ** (-4 - 2 * random.uniform()));
    }
  };
  let near = 0;
  const rows = 300;
  for (let i = 0; i < rows; i++) {
    const kind = SHAPES[i % SHAPES.length], row = rowOf(kind, 3000 + Math.floor(random.uniform() * 3000), random);
    const chain = [
      wide(),
      withTemperature(0.2 + 3 * random.uniform()),
      wide(),
      withTemperature(0.5 + random.uniform()),
      wide(),
    ];
    if (compare(row, chain, `${kind} #${i}`)) near++;
    const made = sampler({ chain, seed: i });
    const { ids, probabilities } = made.distribution(row);
    const truth = new Map(Array.from(ids, (id, at) => [id, Math.log(probabilities[at])]));
    for (let step = 0; step < 3; step++) {
      const { id, logprob } = made.draw(row, { step });
      assert(Math.abs(truth.get(id!)! - logprob) < 1.2e-5, `${kind} #${i}: ${logprob}, not ${truth.get(id!)}`);
    }
  }
  assert(near <= rows / 50, `${near} of ${rows} too near to call`);
});

Deno.test("oracle: what is drawn is kept, and has its probability, however many reads it took", () => {
  const random = new Random(31);
  const reads = new Map<number, number>();
  for (let i = 0; i < 500; i++) {
    const length = [700, 3000, 9000][i % 3], kind = SHAPES[i % SHAPES.length];
    const chain = chainOf(random, length), row = rowOf(kind, length, random);
    const made = sampler({ chain, prompt: HISTORY, seed: i, draws: 1 + i % 4 });
    const specs = chain.map(({ spec }) => spec as StageSpec);
    const { tokens, margin } = truthOf(row, specs, { history: HISTORY, struck: true, round: true });
    const rewrites = chain.some(({ spec }) => REWRITING.includes(spec.name));
    const tolerance = rewrites ? (row[0] > 9000 ? 1e-2 : 5e-5) : 1.2e-5;
    const truth = new Map(tokens.map(({ id, p }) => [id, p]));
    for (let step = 0; step < 3; step++) {
      const sample = made.draw(row, { step });
      reads.set(sample.reads, (reads.get(sample.reads) ?? 0) + 1);
      const drawn = sample.draws ?? (sample.id === undefined ? [] : [{ id: sample.id, logprob: sample.logprob }]);
      const what = `${kind} ${length} #${i}, step ${step}: ${JSON.stringify(specs)}`;
      assert(drawn.length > 0 || tokens.length === 0 || margin < NEAR, what);
      assert(new Set(drawn.map(({ id }) => id)).size === drawn.length, what);
      for (const { id, logprob } of margin < NEAR ? [] : drawn) {
        assert(truth.has(id), `${what}: ${id} is cut`);
        const off = Math.abs(Math.log(truth.get(id)!) - logprob);
        assert(off < tolerance || truth.get(id)! < 1e-300, `${what}: log P(${id}) is off by ${off}`);
      }
    }
  }
  assert((reads.get(1) ?? 0) > 700, `${JSON.stringify([...reads])}`);
});
