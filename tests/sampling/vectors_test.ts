/**
 * Law: the sampling cases of the public suites come out as their suites say, whole and in chunks of 1, 7 and 1,024; where we differ on
 * purpose, `DEVIATIONS` says why, and the case really differs.
 */
import { assert, assertEquals } from "@std/assert";
import { fromArray } from "../../src/sources/mod.ts";
import { reduce } from "../../src/flow/mod.ts";
import {
  adaptiveP,
  badWords,
  dry,
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
  minLength,
  mirostat,
  noRepeatNgram,
  penalties,
  sampler,
  type Stage,
  suppress,
  withTemperature,
  xtc,
} from "../../src/sampling/mod.ts";

const DEVIATIONS: Record<string, string> = {
  "transformers/remove_inf_nan":
    "a row with NaN or +Infinity has no distribution: the sampler says so and gives no token, it does not put numbers in their place",
  "llama.cpp/queue_p_k10000_p1_m1":
    "id 0 is masked (-Infinity): a masked token is never kept, llama.cpp leaves it in its list with a mass of 0",
};

// deno-lint-ignore no-explicit-any
type Data = any;

const text = (name: string) => new URL(`../fixtures/vectors/${name}.json`, import.meta.url);

async function casesOf(name: string): Promise<Data[]> {
  const { cases } = JSON.parse(await Deno.readTextFile(text(name)));
  return cases.filter(({ op }: Data) => op === "sampler" || op === "logits_processor");
}

function numbersOf({ data, gen, shape }: Data): number[] {
  if (data) return data.map(Number);
  const size = shape.reduce((a: number, b: number) => a * b, 1);
  if (gen.kind === "log_arange") return Array.from({ length: size }, (_, i) => Math.log(gen.start + i));
  throw new Error(`unknown generator ${gen.kind}`);
}

/** The rows of a case: logits, float32. */
function rowsOf({ inputs }: Data): Float32Array[] {
  const { shape } = inputs.probs ?? inputs.logits;
  const numbers = numbersOf(inputs.probs ?? inputs.logits);
  const width = shape[shape.length - 1];
  const logits = inputs.probs ? numbers.map(Math.log) : numbers;
  return Array.from(
    { length: logits.length / width },
    (_, i) => Float32Array.from(logits.slice(i * width, (i + 1) * width)),
  );
}

function historyOf({ inputs }: Data, row: number, rows: number): number[] {
  if (!inputs.history) return [];
  const all = numbersOf(inputs.history);
  const width = all.length / rows;
  return all.slice(row * width, (row + 1) * width);
}

/** A suite's stage as ours. llama.cpp switches a stage off, or keeps one token, by values that ours refuse. */
function stageOf(stage: Data, { source }: Data): Stage | undefined {
  const hf = source === "transformers";
  const minKeep = Math.max(1, stage.min_keep ?? 1);
  switch (stage.name) {
    case "temperature":
      return withTemperature(Math.max(0, stage.t));
    case "temperature_ext":
      return stage.delta > 0
        ? dynamicTemperature({ temperature: stage.t, range: stage.delta, exponent: stage.exponent })
        : withTemperature(Math.max(0, stage.t));
    case "top_k":
      return stage.k <= 0 ? undefined : keepTopK(stage.k, { ties: hf ? "all" : "lowestId", minKeep });
    case "top_p":
      if (stage.p <= 0) return keepTopK(minKeep);
      return stage.p >= 1 ? undefined : keepTopP(stage.p, { ties: hf ? "highestId" : "lowestId", minKeep });
    case "min_p":
      return stage.p <= 0 ? undefined : stage.p > 1 ? keepTopK(minKeep) : keepMinP(stage.p, { minKeep });
    case "typical":
      return keepTypical(stage.p, { minKeep });
    case "epsilon":
      return keepEpsilon(stage.eps, { minKeep });
    case "eta":
      return keepEta(stage.eps, { minKeep });
    case "top_h":
      return keepTopH(stage.h);
    case "top_n_sigma":
      return stage.n <= 0 ? undefined : keepTopNSigma(stage.n);
    case "p_less":
      return keepPLess();
    case "xtc":
      return xtc({ probability: stage.probability > 0 ? 1 : 0, threshold: stage.threshold, minKeep });
    case "penalties":
      return penalties({
        repetition: stage.repeat,
        frequency: stage.frequency,
        presence: stage.presence,
        window: stage.last_n < 0 ? Infinity : stage.last_n,
      });
    case "repetition_penalty":
      return penalties({
        repetition: stage.penalty,
        scope: stage.prompt_ignore_length ? "output" : "all",
        normalize: stage.normalize ?? false,
      });
    case "dry":
      return dry({
        multiplier: stage.multiplier,
        base: stage.base,
        allowedLength: stage.allowed_length,
        ...(stage.last_n >= 0 ? { window: stage.last_n } : {}),
        breakers: stage.breakers ?? [],
      });
    case "no_repeat_ngram":
      return noRepeatNgram(stage.n);
    case "bad_words":
      return badWords(stage.words.filter((word: number[]) => !(word.length === 1 && word[0] === stage.eos)));
    case "min_length":
      return minLength(stage.min, { end: [stage.eos].flat(), scope: "all" });
    case "suppress":
      return suppress(stage.ids);
    case "mirostat":
      return mirostat({ tau: stage.tau, eta: stage.eta });
    case "adaptive_p":
      return adaptiveP({ target: stage.target, decay: stage.decay });
    case "sanitize":
      return undefined;
  }
  throw new Error(`no stage for ${stage.name}`);
}

function samplerOf(c: Data, row: number, rows: number, more: Data = {}): ReturnType<typeof sampler> {
  const history = historyOf(c, row, rows);
  const ignored = c.params.chain.find(({ prompt_ignore_length: n }: Data) => n)?.prompt_ignore_length;
  const prompt = ignored ? history.slice(0, ignored) : history;
  const chain = c.params.chain.map((stage: Data) => stageOf(stage, c)).filter((stage: Data) => stage !== undefined);
  const made = sampler({ seed: 0, chain, prompt, ...more });
  for (const id of history.slice(prompt.length)) made.accept(id);
  return made;
}

/** Probabilities by id, 0 for what is cut. */
function fullOf(c: Data, logits: Float32Array, row: number, rows: number): Float64Array {
  const { ids, probabilities, why } = samplerOf(c, row, rows).distribution(logits);
  if (why) return new Float64Array(logits.length).fill(NaN);
  const full = new Float64Array(logits.length);
  ids.forEach((id, i) => full[id] = probabilities[i]);
  return full;
}

/** What is expected, as probabilities by id, or the kept ids, or their number. */
function failuresOf(c: Data): string[] {
  const rows = rowsOf(c);
  const { expected } = c;
  const failures: string[] = [];
  rows.forEach((logits, row) => {
    const got = fullOf(c, logits, row, rows.length);
    const kept = [...got.keys()].filter((id) => got[id] > 0);
    const part = ({ data }: Data) => data.slice(row * logits.length, (row + 1) * logits.length).map(Number);
    if (expected.full) close(part(expected.full), got, c, original(logits, got));
    if (expected.probs) close(part(expected.probs), got, c);
    if (expected.filtered) close(part(expected.filtered), original(logits, got), c);
    if (expected.logits) {
      const wanted = part(expected.logits).map(Math.exp);
      const sum = wanted.reduce((a: number, b: number) => a + b, 0);
      close(wanted.map((p: number) => p / sum), got, { ...c, tol: { rtol: 1e-4, atol: 1e-5 } });
    }
    if (expected.kept_count) same(kept.length, expected.kept_count[row]);
    if (expected.kept) same(kept.join(), [...expected.kept[row]].sort((a, b) => a - b).join());
    if (expected.banned) {
      const banned = [...got.keys()].filter((id) => !(got[id] > 0));
      same(banned.join(), expected.banned[row].join());
    }
    if (expected.size !== undefined) {
      same(kept.length, expected.size);
      same(kept[0], expected.min_id);
      same(kept[kept.length - 1], expected.max_id);
    }
  });
  return failures;

  function same(got: unknown, wanted: unknown): void {
    if (got !== wanted) failures.push(`${c.id}: ${got}, wanted ${wanted}`);
  }

  function close(wanted: number[], got: ArrayLike<number>, { tol, params }: Data, kept?: ArrayLike<number>): void {
    const seen = params.renormalize === false ? kept! : got;
    wanted.forEach((p, id) => {
      if (!(Math.abs(seen[id] - p) <= tol.atol + tol.rtol * Math.abs(p))) {
        failures.push(`${c.id}: P(${id}) = ${seen[id]}, wanted ${p}`);
      }
    });
  }
}

/** The kept tokens' probabilities before the chain. */
function original(logits: Float32Array, got: Float64Array): Float64Array {
  const top = Math.max(...logits);
  const sum = logits.reduce((total, x) => total + Math.exp(x - top), 0);
  return Float64Array.from(logits, (x, id) => got[id] > 0 ? Math.exp(x - top) / sum : 0);
}

for (const source of ["llama.cpp", "transformers"]) {
  Deno.test(`vectors of ${source}: distributions`, async () => {
    const failures: string[] = [];
    for (const c of await casesOf(source)) {
      const wrong = failuresOf(c);
      if (c.id in DEVIATIONS) assert(wrong.length > 0, `${c.id} is listed as a deviation and does not deviate`);
      else failures.push(...wrong);
    }
    assertEquals(failures, []);
  });

  Deno.test(`vectors of ${source}: the same in any chunks`, async () => {
    for (const c of await casesOf(source)) {
      const rows = rowsOf(c);
      for (const [row, logits] of rows.entries()) {
        const more = logits.length <= 64 ? { draws: logits.length } : { details: true };
        const whole = samplerOf(c, row, rows.length, more).draw(logits, { step: 0 });
        for (const chunk of [1, 7, 1024]) {
          const token = samplerOf(c, row, rows.length, more);
          const [read] = await Array.fromAsync(reduce(fromArray(logits, { chunk }), { token }));
          assertEquals(read.token, whole, `${c.id}, chunks of ${chunk}`);
        }
        const { probabilities } = samplerOf(c, row, rows.length).distribution(logits);
        if (whole.draws) assertEquals(whole.draws.length, probabilities.length, c.id);
      }
    }
  });
}
