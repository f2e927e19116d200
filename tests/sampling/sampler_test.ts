/** Laws of samplers: the same token for any chunking, cut and merge; every wrong option is refused before a read; memory. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  finishState,
  fromArray,
  loadState,
  logitBias,
  mask,
  mergeStates,
  reduce,
  reduceRow,
  reduceStates,
  saveState,
} from "../../mod.ts";
import { chainFrom } from "../../src/catalogue/mod.ts";
import {
  adaptiveP,
  badWords,
  dry,
  dynamicTemperature,
  force,
  keepEpsilon,
  keepEta,
  keepMinP,
  keepTopH,
  keepTopK,
  keepTopNSigma,
  keepTopP,
  keepTypical,
  maskRows,
  minLength,
  mirostat,
  noRepeatNgram,
  penalties,
  preset,
  type PresetName,
  type Sampler,
  sampler,
  type Stage,
  suppress,
  withTemperature,
  xtc,
} from "../../src/sampling/mod.ts";
import { Random } from "../support/random.ts";
import { rowOf, SHAPES } from "./_rows.ts";

const CHAINS: Record<string, () => Stage[]> = {
  bare: () => [],
  greedy: () => [withTemperature(0)],
  hot: () => [withTemperature(1.3)],
  nucleus: () => [keepTopK(50), keepTopP(0.9)],
  wide: () => [keepTopP(0.97)],
  typical: () => [keepTypical(0.9), withTemperature(0.7)],
  sigma: () => [keepTopNSigma(1), xtc({ probability: 0.5, threshold: 0.05 })],
  edited: () => [penalties({ repetition: 1.3 }), keepMinP(0.02), suppress([7])],
  llama: () => preset("llama.cpp"),
};

Deno.test("the same token, whatever the chunks, and from the synchronous door", async () => {
  const random = new Random(7);
  for (const [name, chain] of Object.entries(CHAINS)) {
    for (const kind of SHAPES) {
      const rows = Float32Array.of(...rowOf(kind, 2500, random), ...rowOf(kind, 2500, random));
      const make = () => sampler({ chain: chain(), seed: 5, prompt: [1, 2, 3, 700], draws: 3 });
      const whole = [0, 1].map((step) => make().draw(rows.slice(step * 2500, (step + 1) * 2500), { step }));
      for (const chunk of [7, 1000, 1024, 4999]) {
        const read = await Array.fromAsync(reduce(fromArray(rows, { vocabulary: 2500, chunk }), { token: make() }));
        assertEquals(read.map(({ token }) => token), whole, `${name}, ${kind}, chunks of ${chunk}`);
      }
    }
  }
});

Deno.test("parts, saved and loaded, merge to the token of the whole", async () => {
  const random = new Random(8);
  for (const chain of [CHAINS.bare, CHAINS.greedy, CHAINS.nucleus, CHAINS.hot]) {
    const row = rowOf("normal", 5000, random);
    const reducers = { token: sampler({ chain: chain(), seed: 9 }) };
    const whole = reduceRow(row, reducers);
    const states = [];
    for (const columns of [[3000, 5000], [0, 777], [777, 3000]] as const) {
      for await (const state of reduceStates(fromArray(row), reducers, { columns })) {
        states.push(loadState(saveState(state), reducers));
      }
    }
    assertEquals(finishState(mergeStates(states), reducers).token, whole.token);
  }
});

Deno.test("a sampler among other rows and statistics draws what it draws alone", async () => {
  const row = rowOf("normal", 3000, new Random(3));
  const token = sampler({ seed: 2 }), second = sampler({ seed: 2, chain: [keepTopK(5)] });
  const [both] = await Array.fromAsync(reduce(fromArray(row), { token, second }));
  assertEquals(both.token, sampler({ seed: 2 }).draw(row, { step: 0 }));
  assertEquals(both.second, sampler({ seed: 2, chain: [keepTopK(5)] }).draw(row, { step: 0 }));
});

Deno.test("rows without a distribution give no token and say why", async () => {
  const row = (...values: number[]) => Float32Array.from(values);
  for (const chain of Object.values(CHAINS)) {
    const made = sampler({ chain: chain() });
    assertEquals(made.draw(row(1, NaN, ...new Array(10).fill(0))).why, "nan");
    assertEquals(made.draw(row(1, Infinity, ...new Array(10).fill(0))).why, "infinity");
    const none = made.draw(new Float32Array(12).fill(-Infinity));
    assertEquals([none.why, none.id, none.logprob], ["masked", undefined, NaN]);
    assertEquals(made.distribution(row(NaN, ...new Array(11).fill(0))).why, "nan");
  }
  const all = sampler({ chain: [mask({ allow: [1] }), suppress([1])] });
  assertEquals(all.draw(row(0, 0)).why, "masked");
  assertEquals(all.distribution(row(0, 0)).why, "masked");
  const rows = await Array.fromAsync(reduce(fromArray(row(0, NaN, 0, 9), { vocabulary: 2 }), { t: sampler() }));
  assertEquals(rows.map(({ t }) => t.why), ["nan", undefined]);
  assertThrows(() => sampler().draw(new Float32Array(0)), TypeError, "no logits");
});

Deno.test("every option out of range is refused, naming the stage, the option, the value and what was wanted", () => {
  // deno-lint-ignore no-explicit-any
  const any = (value: unknown) => value as any;
  const wrong: [() => unknown, string][] = [
    [() => keepTopK(0), "keepTopK with k = 0: wanted a whole number of at least 1"],
    [() => keepTopK(1.5), "keepTopK with k = 1.5"],
    [() => keepTopK(5, { ties: any("some") }), "keepTopK with ties = some"],
    [() => keepTopK(5, { minKeep: 0 }), "keepTopK with minKeep = 0"],
    [() => keepTopP(0), "keepTopP with p = 0: wanted a number above 0, at most 1"],
    [() => keepTopP(1.01), "keepTopP with p = 1.01"],
    [() => keepTopP(NaN), "keepTopP with p = NaN"],
    [() => keepTopP(0.5, { ties: any(1) }), "keepTopP with ties = 1"],
    [() => keepMinP(-0.1), "keepMinP with p = -0.1"],
    [() => keepMinP(0.1, { minKeep: -1 }), "keepMinP with minKeep = -1"],
    [() => keepTypical(2), "keepTypical with p = 2"],
    [() => keepEpsilon(0), "keepEpsilon with epsilon = 0"],
    [() => keepEpsilon(1), "keepEpsilon with epsilon = 1"],
    [() => keepEta(-1), "keepEta with epsilon = -1"],
    [() => keepTopH(0), "keepTopH with h = 0"],
    [() => keepTopNSigma(0), "keepTopNSigma with n = 0"],
    [() => keepTopNSigma(Infinity), "keepTopNSigma with n = Infinity"],
    [() => xtc({ probability: 1.1, threshold: 0.1 }), "xtc with probability = 1.1"],
    [() => xtc({ probability: 1, threshold: -1 }), "xtc with threshold = -1"],
    [() => withTemperature(-1), "withTemperature with temperature = -1"],
    [() => withTemperature(NaN), "withTemperature with temperature = NaN"],
    [() => withTemperature(Infinity), "withTemperature with temperature = Infinity"],
    [() => dynamicTemperature({ temperature: -1, range: 1 }), "dynamicTemperature with temperature = -1"],
    [() => dynamicTemperature({ temperature: 1, range: -1 }), "dynamicTemperature with range = -1"],
    [
      () => dynamicTemperature({ temperature: 1, range: 1, exponent: Infinity }),
      "dynamicTemperature with exponent = Infinity",
    ],
    [() => mirostat({ version: any(3) }), "mirostat with version = 3"],
    [() => mirostat({ tau: Infinity }), "mirostat with tau = Infinity"],
    [() => mirostat({ eta: NaN }), "mirostat with eta = NaN"],
    [() => mirostat({ m: 1 }), "mirostat with m = 1"],
    [() => adaptiveP({ target: 0 }), "adaptiveP with target = 0"],
    [() => adaptiveP({ target: 0.5, decay: 1 }), "adaptiveP with decay = 1"],
    [() => penalties({ repetition: 0 }), "penalties with repetition = 0"],
    [() => penalties({ frequency: NaN }), "penalties with frequency = NaN"],
    [() => penalties({ presence: Infinity }), "penalties with presence = Infinity"],
    [() => penalties({ window: -2 }), "penalties with window = -2"],
    [() => penalties({ scope: any("prompt") }), "penalties with scope = prompt"],
    [() => dry({ multiplier: 0 }), "dry with multiplier = 0"],
    [() => dry({ multiplier: 1, base: 0.5 }), "dry with base = 0.5"],
    [() => dry({ multiplier: 1, allowedLength: 0 }), "dry with allowedLength = 0"],
    [() => dry({ multiplier: 1, breakers: [[]] }), "dry with breakers = []"],
    [() => noRepeatNgram(0), "noRepeatNgram with n = 0"],
    [() => badWords([[]]), "badWords with words = []"],
    [() => badWords([[-1]]), "badWords with words = -1"],
    [() => minLength(0, { end: [1] }), "minLength with tokens = 0"],
    [() => minLength(1, { end: [0.5] }), "minLength with end = 0.5"],
    [() => suppress([1e99]), "suppress with ids = 1e+99"],
    [() => suppress([1], { first: 0 }), "suppress with first = 0"],
    [() => force([[-1, 0]]), "force with position = -1"],
    [() => sampler({ seed: -1 }), "sampler with seed = -1"],
    [() => sampler({ seed: 2 ** 53 }), "sampler with seed = 9007199254740992"],
    [() => sampler({ draws: 0 }), "sampler with draws = 0"],
    [() => sampler({ topLogprobs: -1 }), "sampler with topLogprobs = -1"],
    [() => sampler({ details: any("yes") }), "sampler with details = yes"],
    [() => sampler({ prompt: [-1] }), "sampler with prompt = -1"],
    [() => sampler({ chain: any([5]) }), "Cannot use 5 in a chain"],
    [() => sampler({ chain: any("top_k") }), "its chain is top_k, wanted a list"],
    [() => sampler().draw(new Float32Array(3), { step: -1 }), "draw with step = -1"],
    [() => sampler().accept(-1), "accept with id = -1"],
    [() => preset(any("ollama")), "preset with name = ollama"],
    [() => preset("vllm", { typicalP: 0.5 }), 'preset "vllm" with typicalP = 0.5'],
    [() => preset("vllm", { topP: 2 }), 'preset "vllm" with topP = 2'],
    [() => chainFrom({}), "wanted a list"],
    [() => chainFrom([{ name: "top_q" }]), '"top_q" is unknown'],
    [() => chainFrom([{ name: "keepTopK", k: 5, p: 1 }]), "keepTopK with p = 1: wanted one of its options"],
    [() => chainFrom([{ name: "keepTopK" }]), "keepTopK without k"],
  ];
  for (const [make, message] of wrong) assertStringIncludes(assertThrows(make, RangeError).message, message);
});

Deno.test("what does not fit the vocabulary is refused before any read", () => {
  const row = fromArray(Float32Array.of(1, 2, 3));
  const refused = (made: Sampler, message: string) => {
    assertThrows(() => reduce(row, { made }), Error, message);
    assertThrows(() => made.draw(Float32Array.of(1, 2, 3)), Error, message);
  };
  refused(sampler({ chain: [suppress([3])] }), "id = 3: wanted ids below the vocabulary, 3");
  refused(sampler({ chain: [mask({ bits: Uint32Array.of(8) })] }), "id 3");
  refused(sampler({ chain: [maskRows([Uint32Array.of(8)])] }), "wider");
  refused(sampler({ chain: [logitBias({ 4: 1 })] }), "id 4");
  refused(sampler({ prompt: [17] }), "history = 17");
});

/** Stages that remember, and what they are told. */
const REMEMBERING: Record<string, () => Stage> = {
  penalties: () => penalties({ repetition: 1.5, frequency: 0.4, presence: 0.3, window: 6 }),
  dry: () => dry({ multiplier: 2, allowedLength: 1 }),
  noRepeatNgram: () => noRepeatNgram(2),
  badWords: () => badWords([[1, 2], [3]]),
  minLength: () => minLength(6, { end: [0, 4] }),
  suppress: () => suppress([5], { first: 4 }),
  force: () => force([[2, 7], [5, 1]]),
  mirostat: () => mirostat({ tau: 2, eta: 0.5 }),
  mirostat1: () => mirostat({ version: 1, tau: 2, eta: 0.5 }),
  adaptiveP: () => adaptiveP({ target: 0.3, decay: 0.5 }),
};

function run(made: Sampler, from: number, to: number): number[] {
  const ids: number[] = [];
  for (let step = from; step < to; step++) {
    const { id } = made.draw(rowOf("normal", 12, new Random(step)));
    made.accept(id!);
    ids.push(id!);
  }
  return ids;
}

for (const [name, stage] of Object.entries(REMEMBERING)) {
  Deno.test(`memory: ${name} resets, clones, saves and loads`, () => {
    const make = () => sampler({ chain: [stage()], seed: 31 });
    const made = make();
    const all = run(made, 0, 12);
    made.reset();
    assertEquals(run(made, 0, 5), all.slice(0, 5));
    const copy = made.clone(), saved = made.save();
    assertEquals(run(made, 5, 12), all.slice(5));
    assertEquals(run(copy, 5, 12), all.slice(5));
    const loaded = make();
    loaded.load(saved);
    assertEquals(run(loaded, 5, 12), all.slice(5));
    // It does remember: without what was accepted some distribution differs.
    const fresh = make();
    let differs = false;
    for (let step = 0; step < 12; step++) {
      const row = rowOf("normal", 12, new Random(step));
      const remembered = make();
      for (let i = 0; i < step; i++) {
        remembered.draw(rowOf("normal", 12, new Random(i)));
        remembered.accept(all[i]);
      }
      const a = fresh.distribution(row, { step }), b = remembered.distribution(row, { step });
      differs ||=
        JSON.stringify([[...a.ids], [...a.probabilities]]) !== JSON.stringify([[...b.ids], [...b.probabilities]]);
    }
    assert(differs);
  });
}

Deno.test("memory: a damaged or foreign text is refused", () => {
  const made = sampler({ chain: [keepTopK(3)], seed: 1 });
  made.accept(2);
  const saved = made.save();
  for (const text of ["", "{", "null", "[]", saved.replace("sampler 1", "sampler 9"), saved.replace("[2]", '["2"]')]) {
    assertThrows(() => made.load(text), SyntaxError, "Cannot load the sampler");
  }
  assertThrows(() => sampler({ chain: [keepTopK(4)], seed: 1 }).load(saved), SyntaxError, "another chain or seed");
  assertThrows(() => sampler({ chain: [keepTopK(3)], seed: 2 }).load(saved), SyntaxError, "another chain or seed");
});

Deno.test("mirostat moves mu by the surprise of what was accepted", () => {
  const made = sampler({ chain: [mirostat({ tau: 1, eta: 0.5 })], seed: 4 });
  const row = Float32Array.from([0.5, 0.25, 0.125, 0.125], Math.log);
  const { id, logprob } = made.draw(row);
  made.accept(id!);
  const { own } = JSON.parse(made.save());
  assert(Math.abs(own[0][0] - (2 - 0.5 * (-logprob / Math.LN2 - 1))) < 1e-9);
});

Deno.test("details: raw log-probability, rank, kept, mass, entropies", async () => {
  const random = new Random(11);
  const row = rowOf("normal", 3000, random);
  const top = Math.max(...row);
  const sum = row.reduce((total, x) => total + Math.exp(x - top), 0);
  for (const chain of [CHAINS.bare(), CHAINS.nucleus(), CHAINS.wide(), CHAINS.edited(), CHAINS.hot()]) {
    const made = sampler({ chain, details: true, topLogprobs: 4, prompt: [1], seed: 3 });
    for (let step = 0; step < 20; step++) {
      const { id, details, top: best } = made.draw(row, { step });
      const logprob = row[id!] - top - Math.log(sum);
      assert(Math.abs(details!.rawLogprob - logprob) < 1e-5);
      assertEquals(details!.rank, 1 + row.filter((x) => x > row[id!]).length);
      const { ids, probabilities } = made.distribution(row, { step });
      assertEquals(details!.kept, ids.length);
      const h = probabilities.reduce((total, p) => total - p * Math.log(p), 0);
      assert(Math.abs(details!.keptEntropy - h) < 1e-4, `${details!.keptEntropy} ${h}`);
      assertEquals(best!.length, 4);
      assert(Math.abs(best![0].logprob + Math.log(sum)) < 1e-5);
      const [read] = await Array.fromAsync(reduce(fromArray(row, { chunk: 100 }), { made }));
      if (step === 0) assertEquals(read.made, made.draw(row, { step: 0 }));
    }
  }
});

Deno.test("presets: order, defaults and switched-off stages", () => {
  const names = (name: PresetName, options = {}) => preset(name, options).map(({ spec }) => spec.name).join(" ");
  assertEquals(names("llama.cpp"), "keepTopK keepTopP keepMinP withTemperature");
  assertEquals(names("transformers"), "keepTopK");
  assertEquals(names("vllm"), "");
  assertEquals(
    names("transformers", {
      temperature: 0.5,
      topP: 0.9,
      minP: 0.1,
      typicalP: 0.9,
      epsilonCutoff: 0.01,
      repetitionPenalty: 2,
    }),
    "penalties withTemperature keepTopK keepTopP keepMinP keepTypical keepEpsilon",
  );
  assertEquals(
    names("vllm", { temperature: 0.5, topP: 0.9, minP: 0.1, topK: 9, presencePenalty: 1 }),
    "penalties withTemperature keepMinP keepTopK keepTopP",
  );
  assertEquals(names("llama.cpp", { mirostat: 2 }), "withTemperature mirostat");
  // Temperature last keeps what temperature first would cut.
  const row = Float32Array.of(3, 2, 1);
  const last = sampler({ chain: preset("llama.cpp", { topP: 0.8, minP: 0, temperature: 0.5 }) }).distribution(row);
  const first = sampler({ chain: preset("transformers", { topP: 0.8, temperature: 0.5 }) }).distribution(row);
  assertEquals([last.ids.length, first.ids.length], [2, 1]);
});
