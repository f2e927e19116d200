/**
 * Law: a preset keeps what its system keeps, with the same probabilities, for all values that the system takes, on rows with masked tokens
 * and ties, read in any chunks. Where a decision lies within rounding of its border, either side is right.
 */
import { assert, assertEquals } from "@std/assert";
import { reduce } from "../../src/flow/mod.ts";
import {
  dynamicTemperature,
  keepMinP,
  keepTopK,
  keepTopNSigma,
  keepTopP,
  preset,
  type PresetName,
  type PresetOptions,
  sampler,
  type Stage,
  suppress,
  xtc,
} from "../../src/sampling/mod.ts";
import { fromArray } from "../../src/sources/mod.ts";
import { Random } from "../support/random.ts";
import { keptBy } from "./_anchors.ts";
import { type StageSpec, truthOf } from "./_oracle.ts";
import { type Kind, rowOf } from "./_rows.ts";

type Values = Readonly<Partial<Record<keyof PresetOptions, readonly number[]>>>;

/** Values that each system takes: the usual ones, those that switch a step off, and those at the edges. */
const TAKEN: Readonly<Record<PresetName, Values>> = {
  "llama.cpp": {
    temperature: [-1, 0, 1e-25, 0.3, 0.8, 1, 1.7],
    dynatempRange: [-0.5, 0, 0.3, 0.7, 1.2],
    dynatempExponent: [-1, 0, 0.5, 1, 2],
    topK: [-1, 0, 1, 5, 40, 300, 100000],
    topP: [-1, 0, 0.31, 0.95, 1, 1.5],
    minP: [-1, 0, 0.003, 0.05, 0.41, 1, 2],
    typicalP: [-1, 0, 0.29, 0.93, 1, 2],
    topNSigma: [-1, 0, 0.47, 1.3, 3.1],
    xtcProbability: [-1, 0, 1, 7],
    xtcThreshold: [-1, 0, 0.013, 0.1, 0.27, 0.5, 0.7],
    repetitionPenalty: [0.7, 1, 1.3],
    frequencyPenalty: [-0.4, 0, 0.3],
    presencePenalty: [-0.4, 0, 5],
    penaltyLastN: [-1, 0, 3, 64],
    mirostat: [0, 0, 0, 1, 2],
    mirostatTau: [-1, 0, 1.3, 3.7, 5.1],
    minKeep: [0, 1, 2, 30, 400],
  },
  transformers: {
    temperature: [0, 1e-25, 0.3, 1, 3],
    topK: [0, 1, 5, 50, 300, 100000],
    topP: [0, 0.31, 0.9, 1, 1.5],
    minP: [0, 0.003, 0.05, 0.41, 1],
    typicalP: [0.29, 0.93, 1, 2],
    topH: [0.2, 0.6, 1],
    epsilonCutoff: [-1, 0, 0.0003, 0.09, 1, 3],
    etaCutoff: [-1, 0, 0.0003, 0.09, 1, 3],
    repetitionPenalty: [0.7, 1, 1.3],
    minKeep: [1, 2, 30],
  },
  vllm: {
    temperature: [0, 1e-25, 1e-6, 0.003, 0.01, 0.3, 1, 2],
    topK: [-1, 0, 1, 5, 50, 300, 100000],
    topP: [0.31, 0.9, 1],
    minP: [0, 0.003, 0.05, 0.41, 1],
    repetitionPenalty: [0.7, 1, 1.3],
    frequencyPenalty: [-2, 0, 0.3],
    presencePenalty: [-0.4, 0, 2],
  },
};

const KINDS: readonly Kind[] = [
  "normal",
  "peaked",
  "flat",
  "bf16",
  "integers",
  "masked",
  "equal",
  "two-valued",
  "huge",
];
const HISTORY = [3, 1, 4, 1, 2, 0, 2, 4, 3];
/** Where a decision is nearer than this to its border, float32, or the tolerance of a threshold, may decide otherwise. */
const NEAR = 3e-7;

/** Random values of about a third of the options. */
function optionsOf(name: PresetName, random: Random): PresetOptions {
  const given = Object.entries(TAKEN[name]).filter(() => random.uniform() < 0.4);
  return Object.fromEntries(given.map(([option, values]) => [option, values[random.whole(values.length)]]));
}

/** A row of a kind, often with many of its tokens masked: few are left, or all but few. */
function maskedRow(random: Random): Float32Array {
  const row = rowOf(KINDS[random.whole(KINDS.length)], [5, 40, 300, 1100, 3000][random.whole(5)], random);
  const share = [0, 0.03, 0.5, 0.97][random.whole(4)];
  for (let id = 1; id < row.length; id++) if (random.uniform() < share) row[id] = -Infinity;
  row[0] = Math.max(row[0], -1);
  return row;
}

function madeOf(chain: readonly Stage[], seed: number): ReturnType<typeof sampler> {
  const made = sampler({ chain, seed, prompt: HISTORY.slice(0, 5) });
  for (const id of HISTORY.slice(5)) made.accept(id);
  return made;
}

/** Compares a preset with its system on a row; gives whether a decision was too near to call. */
async function compare(name: PresetName, options: PresetOptions, row: Float32Array, seed: number): Promise<boolean> {
  const what = `${name} ${JSON.stringify(options)} on ${row.length} logits, #${seed}`;
  const kept = keptBy(name, row, options, { history: HISTORY, prompt: 5 });
  if (kept.margin < NEAR) return true;
  const chain = preset(name, options), got = madeOf(chain, seed).distribution(row);
  const tolerance = 4e-6 + 3e-7 * kept.size;
  got.ids.forEach((id, i) => {
    const p = kept.probabilities.get(id);
    assert(p !== undefined, `${what}: keeps ${id}, P = ${got.probabilities[i]}`);
    assert(Math.abs(p - got.probabilities[i]) <= tolerance * p + 1e-12, `${what}: ${got.probabilities[i]}, not ${p}`);
  });
  const visible = [...kept.probabilities.values()].filter((p) => p > 1e-300).length;
  assert(got.ids.length >= visible, `${what}: keeps ${got.ids.length}, not ${visible}`);
  const whole = madeOf(chain, seed).draw(row, { step: 0 });
  const log = Math.log(kept.probabilities.get(whole.id!)!);
  assert(Math.abs(log - whole.logprob) < 2e-5 + tolerance, `${what}: draws ${whole.id}, ${whole.logprob}, not ${log}`);
  for (const chunk of [7, 1024]) {
    const read = await Array.fromAsync(reduce(fromArray(row, { chunk }), { token: madeOf(chain, seed) }));
    assertEquals(read[0].token, whole, `${what}: chunks of ${chunk}`);
  }
  return false;
}

for (const name of ["llama.cpp", "transformers", "vllm"] as const) {
  Deno.test(`preset ${name}: keeps what the system keeps, whatever values it is given`, async () => {
    const random = new Random(name.length * 101);
    let near = 0;
    for (let i = 0; i < 700; i++) {
      if (await compare(name, optionsOf(name, random), maskedRow(random), i)) near++;
    }
    assert(near <= 700 / 6, `${near} of 700 too near to call`);
  });
}

/** A few top choices above a wide tail, some of it masked. */
function wideRow(length: number, random: Random, width: number, top: number): Float32Array {
  const row = Float32Array.from({ length }, () => random.uniform() < 0.2 ? -Infinity : width * random.normal());
  for (let i = 0; i < 5; i++) row[100 * i + 7] = top + random.uniform() / 4;
  return row;
}

/** What a chain keeps, and what it draws, against the oracle. */
function checkChain(row: Float32Array, chain: readonly Stage[]): void {
  const what = JSON.stringify(chain.map(({ spec }) => spec));
  const { tokens } = truthOf(row, chain.map(({ spec }) => spec as StageSpec), { struck: true, round: true });
  const truth = new Map(tokens.map(({ id, p }) => [id, p]));
  const { ids, probabilities } = sampler({ chain }).distribution(row);
  assertEquals(ids.length, tokens.length, what);
  ids.forEach((id, i) =>
    assert(Math.abs(truth.get(id)! / probabilities[i] - 1) < 2e-5, `${what}: ${probabilities[i]}`)
  );
  for (let seed = 0; seed < 3; seed++) {
    const { id, logprob } = sampler({ chain, seed }).draw(row);
    assert(Math.abs(Math.log(truth.get(id!)!) - logprob) < 5e-5, `${what}: draws ${id}, ${logprob}`);
  }
}

Deno.test("dynamic temperature: the entropy is measured by all candidates, masked ones too, until a cut takes them away", () => {
  const row = Float32Array.of(2, 0, -Infinity, -Infinity, 1, -Infinity);
  const heat = dynamicTemperature({ temperature: 1, range: 0.5 });
  const temperatureOf = (chain: readonly Stage[]) => {
    const { ids, probabilities } = sampler({ chain }).distribution(row);
    const [best, next] = [0, 4].map((id) => Math.log(probabilities[ids.indexOf(id)]));
    return 1 / (best - next);
  };
  const expected = (kept: readonly number[], candidates: number) => {
    const sum = kept.reduce((total, x) => total + Math.exp(x), 0);
    const h = kept.reduce((total, x) => total - Math.exp(x) / sum * (x - Math.log(sum)), 0);
    return 0.5 + h / Math.log(candidates);
  };
  const cases: readonly [chain: readonly Stage[], kept: readonly number[], candidates: number][] = [
    [[], [2, 1, 0], 6],
    [[suppress([1])], [2, 1], 6],
    [[keepTopK(4)], [2, 1, 0], 4],
    [[keepTopK(2)], [2, 1], 2],
    [[keepTopK(9)], [2, 1, 0], 6],
    [[keepTopP(0.9)], [2, 1], 2],
    [[keepTopP(0.9, { minKeep: 5 })], [2, 1, 0], 5],
    [[keepMinP(0.3)], [2, 1], 2],
    [[keepMinP(0.3, { minKeep: 5 }), keepTopK(4)], [2, 1, 0], 4],
    [[keepTopNSigma(1.3)], [2, 1], 6],
    [[keepTopNSigma(1.3), keepTopK(5)], [2, 1], 5],
    [[keepTopP(0.99), keepTopNSigma(1.3)], [2, 1], 3],
    [[keepTopP(0.99), suppress([1])], [2, 1], 3],
  ];
  for (const [chain, kept, candidates] of cases) {
    const what = JSON.stringify(chain.map(({ spec }) => spec));
    const t = expected(kept, candidates), got = temperatureOf([...chain, heat]);
    assert(Math.abs(got - t) < 1e-5, `${what}: ${got}, not ${t}`);
  }
});

Deno.test("xtc: masked candidates count among the fewest that stay", () => {
  const row = Float32Array.of(5, -Infinity, 5, -Infinity, 0);
  const kept = (chain: readonly Stage[]) => [...sampler({ chain }).distribution(row).ids].sort();
  const drop = (minKeep: number) => xtc({ probability: 1, threshold: 0.1, minKeep });
  assertEquals(kept([drop(4)]), [2, 4]);
  assertEquals(kept([drop(5)]), [0, 2, 4]);
  assertEquals(kept([keepTopK(4), drop(3)]), [2, 4]);
  assertEquals(kept([keepTopK(4), drop(4)]), [0, 2, 4]);
  assertEquals(kept([keepMinP(1e-6), drop(2)]), [2, 4]);
  assertEquals(kept([keepMinP(1e-6), drop(3)]), [0, 2, 4]);
  assertEquals(kept([keepTopNSigma(1), drop(4)]), [2]);
});

Deno.test("candidates are counted alike where a row is read again", () => {
  const random = new Random(5);
  for (let i = 0; i < 12; i++) {
    const row = wideRow(3000 + 500 * i, random, 2, 10), hidden = Array.from({ length: 300 }, (_, at) => 10 * at + 1);
    const heat = dynamicTemperature({ temperature: 0.8, range: 0.6 });
    for (const cut of [keepTopP(0.99), keepMinP(1e-4), keepTopK(900), keepTopNSigma(5)]) {
      checkChain(row, [cut, suppress(hidden), heat]);
      checkChain(row, [cut, suppress(hidden.slice(0, 5)), suppress(hidden), heat]);
    }
  }
});

Deno.test("xtc: whether enough candidates stay is decided exactly, behind wide cuts and edits", () => {
  const random = new Random(6);
  for (let i = 0; i < 2; i++) {
    // So many that one token more or less in a cut changes next to nothing: it stays undecided as long as it may.
    const row = wideRow(60000, random, 1, 6.7), cut = keepTopP(0.9 + 0.09 * random.uniform());
    const { length } = sampler({ chain: [cut] }).distribution(row).ids;
    for (const minKeep of [length - 5, length - 4, length - 3, length + 1000]) {
      const drop = xtc({ probability: 1, threshold: 0.005, minKeep });
      checkChain(row, [cut, drop]);
      checkChain(row, [cut, suppress([9, 18, 27]), drop]);
    }
  }
});
