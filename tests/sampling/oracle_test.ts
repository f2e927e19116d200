/**
 * Law: what a chain keeps, and with which probabilities, is what a float64, sort-based oracle says, for every stage alone and for
 * chains in any order, on rows of every kind; where the oracle itself stands within 1e-9 of a border, either side is right.
 */
import { assert } from "@std/assert";
import {
  adaptiveP,
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
  sampler,
  type Stage,
  suppress,
  withTemperature,
  xtc,
} from "../../src/sampling/mod.ts";
import { Random } from "../support/random.ts";
import { type StageSpec, truthOf } from "./_oracle.ts";
import { rowOf, SHAPES } from "./_rows.ts";

/** Each stage with random options. */
const STAGES: Record<string, (random: Random) => Stage> = {
  keepTopK: (r) =>
    keepTopK(1 + Math.floor(r.uniform() ** 3 * 600), { ties: tiesOf(r), minKeep: 1 + Math.floor(r.uniform() * 3) }),
  keepTopP: (r) => keepTopP(0.02 + 0.98 * r.uniform(), { ties: tiesOf(r), minKeep: 1 + Math.floor(r.uniform() * 3) }),
  keepMinP: (r) =>
    keepMinP(r.uniform() ** 3 + 1e-4 > 1 ? 1 : r.uniform() ** 3 + 1e-6, { minKeep: 1 + Math.floor(r.uniform() * 4) }),
  keepTypical: (r) => keepTypical(0.05 + 0.95 * r.uniform(), { minKeep: 1 + Math.floor(r.uniform() * 3) }),
  keepEpsilon: (r) => keepEpsilon(10 ** (-1 - 5 * r.uniform()), { minKeep: 1 + Math.floor(r.uniform() * 3) }),
  keepEta: (r) => keepEta(10 ** (-1 - 4 * r.uniform()), { minKeep: 1 + Math.floor(r.uniform() * 3) }),
  keepTopH: (r) => keepTopH(0.05 + 0.95 * r.uniform()),
  keepTopNSigma: (r) => keepTopNSigma(0.2 + 3 * r.uniform()),
  keepPLess: () => keepPLess(),
  xtc: (r) =>
    xtc({ probability: 1, threshold: 10 ** (-0.2 - 3 * r.uniform()), minKeep: 1 + Math.floor(r.uniform() * 3) }),
  mirostat1: (r) => mirostat({ version: 1, tau: 0.5 + 6 * r.uniform(), m: 2 + Math.floor(r.uniform() * 150) }),
  mirostat: (r) => mirostat({ tau: 0.5 + 6 * r.uniform() }),
  withTemperature: (r) => withTemperature(r.uniform() < 0.1 ? 0 : 0.1 + 2 * r.uniform()),
  dynamicTemperature: (r) =>
    dynamicTemperature({ temperature: 0.3 + r.uniform(), range: r.uniform() / 2, exponent: 0.5 + r.uniform() }),
  adaptiveP: (r) => adaptiveP({ target: 0.05 + 0.9 * r.uniform() }),
  penalties: (r) => penalties({ repetition: 0.5 + r.uniform(), frequency: r.uniform(), presence: r.uniform() }),
  suppress: (r) => suppress(Array.from({ length: 5 }, () => Math.floor(r.uniform() * 5))),
};

function tiesOf(random: Random): "lowestId" | "highestId" | "all" {
  return (["lowestId", "highestId", "all"] as const)[Math.floor(random.uniform() * 3)];
}

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

/** Stages that give every kept token another logit: to be put last, where rows are long. */
const REWRITING = ["dynamicTemperature", "adaptiveP"];

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
  const names = Object.keys(STAGES);
  let near = 0;
  const rows = 1200;
  for (let i = 0; i < rows; i++) {
    const length = [5, 250, 900, 2000, 6000][Math.floor(random.uniform() * 5)];
    const free = length > 256 ? names.filter((name) => !REWRITING.includes(name)) : names;
    const size = Math.floor(random.uniform() * 5);
    const picked = Array.from({ length: size }, () => free[Math.floor(random.uniform() * free.length)]);
    const chain = [...picked, names[Math.floor(random.uniform() * names.length)]].map((name) => STAGES[name](random));
    const kind = SHAPES[i % SHAPES.length];
    if (compare(rowOf(kind, length, random), chain, `${kind} ${length} #${i}`)) near++;
  }
  assert(near <= rows / 50, `${near} of ${rows} too near to call`);
});
