/** Bugs that were found, each as the promise it broke. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  dry,
  finishState,
  fromArray,
  keepEta,
  keepMinP,
  keepPLess,
  keepTopK,
  keepTopNSigma,
  keepTopP,
  keepTypical,
  logitBias,
  mask,
  maskRows,
  mirostat,
  type Operator,
  penalties,
  preset,
  type PresetName,
  reduce,
  reduceStates,
  sampler,
  softcap,
  type Stage,
  withTemperature,
  zipMasks,
} from "@sluice/sluice";
import { Random } from "../support/random.ts";
import { rowOf } from "./_rows.ts";

/** How often each id is the second of two draws. */
function seconds(row: Float32Array, chain: Parameters<typeof sampler>[0], count: number): Map<number, number> {
  const found = new Map<number, number>();
  for (let seed = 0; seed < count; seed++) {
    const { draws = [] } = sampler({ ...chain, draws: 2, seed }).draw(row);
    const { id } = draws[1];
    found.set(id, (found.get(id) ?? 0) + 1);
  }
  return found;
}

Deno.test("the second of two draws is fair when the first held nearly all the mass", () => {
  for (const gap of [36, 38, 60, 300]) {
    const found = seconds(Float32Array.of(gap, 0, 0, 0, 0), {}, 2000);
    for (const id of [1, 2, 3, 4]) assert(Math.abs(found.get(id)! - 500) < 100, `gap ${gap}: ${[...found]}`);
  }
  const cold = seconds(Float32Array.of(5, 0, .02, 0, .01), { chain: [keepTopK(5), withTemperature(0.1)] }, 2000);
  assert(Math.abs(cold.get(2)! / 2000 - 0.28) < 0.05, `${[...cold]}`);
});

Deno.test("the second of two draws is fair behind a spike over a long row", () => {
  const row = Float32Array.from({ length: 5000 }, (_, i) => 1e-3 * Math.sin(i * i));
  const best = new Set([...row.keys()].sort((a, b) => row[b] - row[a]).slice(0, 257));
  for (const spike of [25, 40, 70]) {
    row[0] = spike;
    for (const chain of [[], [withTemperature(0.9)], [keepTopP(1)]]) {
      let among = 0;
      for (const [id, count] of seconds(row, { chain }, 300)) if (best.has(id)) among += count;
      assert(among < 300 * 0.051 + 4 * Math.sqrt(300 * 0.051), `spike ${spike}: ${among}`);
    }
    assertEquals(sampler({ seed: 0, draws: 300 }).draw(row).draws!.length, 300);
  }
});

Deno.test("another number of draws begins with the same tokens", () => {
  const random = new Random(8);
  for (
    const [kind, chain] of [
      ["normal", []],
      ["flat", [keepTopP(0.8)]],
      ["integers", [keepTopK(40), withTemperature(0.7)]],
      ["bf16", [keepMinP(0.001)]],
      ["two-valued", [keepTopK(60), keepTopP(0.2)]],
    ] as const
  ) {
    const row = rowOf(kind, 4000, random);
    const drawn = (draws: number, seed: number) => {
      const { id, draws: all } = sampler({ chain, draws, seed }).draw(row);
      return draws === 1 ? [id] : all!.map(({ id }) => id);
    };
    for (let seed = 0; seed < 20; seed++) {
      const many = drawn(40, seed);
      for (const few of [1, 2, 3, 4, 5, 6, 9, 30]) {
        assertEquals(drawn(few, seed), many.slice(0, few), `${kind}, seed ${seed}`);
      }
    }
  }
});

Deno.test("a run of equal logits longer than an argument list", () => {
  const row = new Float32Array(200_000);
  for (const edit of [softcap(20), logitBias([[5, 1]])]) {
    const { id, logprob } = sampler({ seed: 0, chain: [keepTopP(0.99), edit] }).draw(row);
    assert(id! < 198_001 && Math.abs(logprob + Math.log(198_000)) < 1e-4);
  }
});

Deno.test("never more reads than promised, whatever is asked for", async () => {
  const random = new Random(3);
  const flat = rowOf("flat", 20_000, random), normal = rowOf("normal", 20_000, random);
  const chains: Record<string, Stage[]> = {
    plain: [],
    hot: [withTemperature(2)],
    idle: [keepTopP(0.9), penalties({ repetition: 1.1 })],
    idleHot: [keepTopK(1000), dry({ multiplier: 1 }), withTemperature(2)],
    idleMask: [keepTopP(0.9), maskRows(() => undefined), withTemperature(2)],
  };
  for (const [name, chain] of Object.entries(chains)) {
    for (const row of [flat, normal]) {
      for (const more of [{}, { draws: 700 }, { draws: 300, details: true }, { prompt: [3, 4, 5] }]) {
        const token = sampler({ seed: 0, chain, ...more });
        const [{ reads, token: sample }] = await Array.fromAsync(reduce(fromArray(row), { token }));
        assert(reads <= token.mostReads!, `${name}: ${reads} of ${token.mostReads}`);
        assertEquals(sample, token.draw(row, { step: 0 }));
        if ("draws" in more) assertEquals(sample.draws!.length, more.draws);
        else if (!("prompt" in more)) assert(reads <= 2, `${name}: ${reads}`);
      }
    }
  }
});

Deno.test("an edit that makes a logit NaN, or +Infinity, gives no token, in front and behind a cut", () => {
  const poison = (to: number): Operator => ({
    spec: { name: "poison", params: {}, inputs: [] },
    apply({ values, start }) {
      if (start <= 1 && 1 < start + values.length) values[1 - start] = to;
    },
    stream: () => new TransformStream(),
  });
  const row = Float32Array.of(1, 2, 3, 0);
  for (const [to, why] of [[NaN, "nan"], [Infinity, "infinity"]] as const) {
    for (const chain of [[poison(to)], [poison(to), keepTopK(2)], [keepTopK(3), poison(to), keepMinP(0.5)]]) {
      assertEquals(sampler({ seed: 0, chain }).draw(row), { id: undefined, logprob: NaN, reads: 1, why });
      assertEquals(sampler({ seed: 0, chain, draws: 2 }).draw(row).why, why);
    }
  }
  // -Infinity + Infinity: a masked token that a penalty would lift.
  const lifted = sampler({ seed: 0, chain: [penalties({ frequency: -1e308 }), keepTopK(2)], prompt: [1, 1, 1] });
  assertEquals(lifted.draw(Float32Array.of(1, -Infinity, 3, 0)).id !== 1, true);
  assertEquals(sampler({ seed: 0, chain: [mask({ allow: [] })] }).draw(row).why, "masked");
});

Deno.test("within a mask of a row another sampler may draw, the same one is refused", () => {
  const row = rowOf("normal", 2000, new Random(1));
  const other = sampler({ seed: 2 }), drawn = other.draw(row, { step: 0 });
  let draw = () => {};
  const nested = sampler({ seed: 3, chain: [maskRows(() => void draw()), keepTopP(0.8)] });
  const quiet = nested.draw(row, { step: 0 });
  draw = () => assertEquals(other.draw(row, { step: 0 }), drawn);
  assertEquals(nested.draw(row, { step: 0 }), quiet);
  draw = () => void nested.draw(row);
  assertThrows(() => nested.draw(row, { step: 0 }), RangeError, "of the same sampler");
  // What was under way does not stay so.
  draw = () => {};
  assertEquals(nested.draw(row, { step: 0 }), quiet);
});

Deno.test("one stage of masks in two flows of other vocabularies", async () => {
  const masks = maskRows((row) => row === 0 ? Uint32Array.of(0b1000) : undefined);
  const narrow = reduce(fromArray(Float32Array.of(1, 2, 3)), { token: sampler({ seed: 0, chain: [masks] }) });
  const wide = reduce(fromArray(new Float32Array(9)), { token: sampler({ seed: 0, chain: [masks] }) });
  let message = "";
  await Array.fromAsync(narrow).catch((error) => message = error.message);
  assert(message.includes("wider"), message);
  assertEquals((await Array.fromAsync(wide))[0].token.id, 3);
});

Deno.test("masses that are next to nothing, or shares of nothing, make no row masked", () => {
  const spike = new Float32Array(700);
  spike[350] = 100;
  const normal = rowOf("normal", 5000, new Random(5));
  for (
    const [row, chain] of [
      [spike, [withTemperature(0.1), keepTopP(0.999999), keepTopP(0.9)]],
      [spike, [keepTypical(0.99, { minKeep: 300 }), withTemperature(0.1)]],
      [normal, [keepTypical(0.5, { minKeep: 300 }), keepTypical(0.9)]],
      [normal, [keepTopP(0.999999, { minKeep: 1000 }), keepTypical(0.9)]],
      [normal, [keepTopP(0.18, { ties: "highestId" }), withTemperature(2)]],
    ] as [Float32Array, Stage[]][]
  ) {
    const made = sampler({ chain }), { ids, probabilities } = made.distribution(row);
    const truth = new Map(Array.from(ids, (id, i) => [id, Math.log(probabilities[i])]));
    for (let step = 0; step < 40; step++) {
      const { id, logprob, why } = made.draw(row, { step });
      assert(Math.abs(truth.get(id!)! - logprob) < 1.2e-5, `${why}: ${logprob}, not ${truth.get(id!)}`);
    }
  }
});

Deno.test("every token of a wide cut is drawn, also where float64 has steps coarser than the cells' places", () => {
  const random = new Random(6);
  for (const offset of [2 ** 33, 2 ** 36, -(2 ** 38)]) {
    const row = Float64Array.from({ length: 1500 }, () => offset + 1.2 * random.normal());
    const made = sampler({ seed: 0, chain: [keepTopP(0.97), keepTopNSigma(8)] });
    const { ids, probabilities } = made.distribution(row);
    const counts = new Map<number, number>();
    for (let step = 0; step < 3000; step++) {
      const { id } = made.draw(row, { step });
      counts.set(id!, (counts.get(id!) ?? 0) + 1);
    }
    // Each of these is missed once in a million.
    const never = [...ids].filter((id, i) => 3000 * probabilities[i] > 14 && !counts.has(id));
    assertEquals(never, [], `${offset}`);
  }
});

Deno.test("mirostat learns nothing of a token that was drawn from logits edited behind it", () => {
  const row = rowOf("flat", 5000, new Random(7));
  const bias = Object.fromEntries(Array.from(row, (_, id) => [id, id % 3 - 1]));
  const sum = row.reduce((total, x) => total + Math.exp(x), 0);
  for (let seed = 0; seed < 20; seed++) {
    const made = sampler({ chain: [mirostat({ tau: 20 }), logitBias(bias)], seed });
    const { id } = made.draw(row);
    made.accept(id!);
    const [mu] = JSON.parse(made.save()).own[0];
    const learnt = 40 - 0.1 * (-Math.log2(Math.exp(row[id!]) / sum) - 20);
    assert(mu === 40 || Math.abs(mu - learnt) < 1e-4, `${mu}, not ${learnt}`);
  }
});

Deno.test("a row's mask is asked for once, and not before there is a row", () => {
  const asked: number[] = [];
  const masks = maskRows((row) => {
    asked.push(row);
    return row === 1 ? undefined : Uint32Array.of(0b011);
  });
  for (const chain of [[masks], [keepTopP(0.9), masks], [keepTopP(0.9), masks, withTemperature(2)]]) {
    asked.length = 0;
    const made = sampler({ seed: 0, chain });
    assertEquals(asked, []);
    for (let step = 0; step < 3; step++) made.draw(Float32Array.of(1, 2, 3), { step });
    // Once more for its width.
    assertEquals(asked, [0, 0, 1, 1, 2, 2]);
  }
});

Deno.test("a part that would need another read says so; the mass before an edited cut is not guessed", async () => {
  const token = sampler({ seed: 0, chain: [keepTopP(0.5)] });
  const row = new Float32Array(3000);
  const [state] = await Array.fromAsync(reduceStates(fromArray(row), { token }, { columns: [0, 2000] }));
  assertEquals(finishState(state, { token }, { partial: true }).token.why, "undecided");
  const chain = [keepEta(0.01), logitBias([[0, 1.5]]), keepPLess()];
  const nearly = Float32Array.from({ length: 600 }, (_, i) => i / 1e4);
  const { details } = sampler({ seed: 0, chain, details: true }).draw(nearly);
  assertEquals(details!.keptMass, NaN);
});

Deno.test("a stream of masks in front of a sampler", async () => {
  const logits = fromArray([9, 8, 7, 1, 2, 3], { vocabulary: 3 });
  const masks = ReadableStream.from([Uint32Array.of(0b110), Uint32Array.of(0b011)]);
  const token = sampler({ seed: 0, chain: [withTemperature(0)] });
  const rows = await Array.fromAsync(reduce(zipMasks(logits, masks), { token }));
  assertEquals(rows.map(({ token }) => token.id), [1, 1]);
});

Deno.test("a clone between draw and accept learns from the token as its model does", () => {
  const model = sampler({ chain: [mirostat({ tau: 2 })], seed: 1 });
  const { id } = model.draw(Float32Array.of(1, 2, 3, 4));
  const clone = model.clone();
  assertThrows(() => model.save(), RangeError, "accept it first");
  model.accept(id!);
  clone.accept(id!);
  assertEquals(clone.save(), model.save());
});

Deno.test("a saved memory that does not fit is refused", () => {
  const made = sampler({ seed: 0, chain: [mirostat({ tau: 2 })] });
  const saved = JSON.parse(made.save());
  for (const damage of [{ prompt: 9 }, { own: [[]] }, { history: [-1] }, { step: 0.5 }]) {
    assertThrows(() => made.load(JSON.stringify({ ...saved, ...damage })), SyntaxError, "damaged");
  }
  const endless = JSON.stringify({ ...saved, own: [[7]] }).replace("[[7]]", "[[1e999]]");
  assertThrows(() => made.load(endless), SyntaxError, "wanted 1 finite numbers");
  assertThrows(
    () => made.load(JSON.stringify({ ...saved, format: { toString: 1 } })),
    SyntaxError,
    "its format is an object",
  );
});

Deno.test("a row's mask from a function is refused where a list's would be", () => {
  const made = (bits: Uint32Array) => sampler({ seed: 0, chain: [maskRows(() => bits)] });
  assertThrows(() => made(Uint32Array.of(7, 1, 1, 1)).draw(Float32Array.of(1, 2, 30)), TypeError, "wider");
  assertThrows(() => made(Uint32Array.of(0b1000)).draw(Float32Array.of(1, 2, 30)), TypeError, "wider");
  assertEquals(made(Uint32Array.of(0b011)).draw(Float32Array.of(1, 2, 30), { step: 0 }).id! < 2, true);
});

Deno.test("options that are no numbers, and temperatures that would blame the row, are refused", () => {
  for (const value of [null, "0.5", [0.5], 1e-40, -1, NaN]) {
    assertThrows(() => withTemperature(value as number), RangeError, "withTemperature");
  }
  for (const name of ["llama.cpp", "transformers", "vllm"] as PresetName[]) {
    assertThrows(() => preset(name, { temperature: null as unknown as number }), RangeError, "temperature");
  }
});
