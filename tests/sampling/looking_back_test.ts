/** Law: stages that look back do what their plain definitions say, on random texts. */
import { assert, assertEquals } from "@std/assert";
import {
  badWords,
  dry,
  force,
  minLength,
  noRepeatNgram,
  penalties,
  type PenaltiesOptions,
  sampler,
  type Stage,
  suppress,
} from "../../src/sampling/mod.ts";
import { repeats } from "../../src/sampling/stages/_repeats.ts";
import { Random } from "../support/random.ts";

const VOCABULARY = 7;

interface Text {
  readonly prompt: number[];
  readonly output: number[];
}

function textOf(random: Random): Text {
  const ids = (most: number) =>
    Array.from({ length: Math.floor(random.uniform() * most) }, () => Math.floor(random.uniform() ** 2 * VOCABULARY));
  return { prompt: ids(8), output: ids(14) };
}

/** What a stage makes of a row of logits behind a text, read off the processed distribution: logits but for a constant. */
function logitsOf(stage: Stage, row: Float32Array, { prompt, output }: Text): number[] {
  const made = sampler({ chain: [stage], prompt });
  for (const id of output) made.accept(id);
  const { ids, probabilities } = made.distribution(row);
  const logits = new Array<number>(row.length).fill(-Infinity);
  ids.forEach((id, i) => logits[id] = Math.log(probabilities[i]));
  return logits;
}

function check(stage: Stage, row: Float32Array, text: Text, expected: readonly number[]): void {
  const got = logitsOf(stage, row, text);
  const top = Math.max(...expected);
  const lse = top + Math.log(expected.reduce((sum, x) => sum + Math.exp(x - top), 0));
  expected.forEach((x, id) => {
    const what = `id ${id}, ${JSON.stringify({ ...text, spec: stage.spec })}: ${got[id]}, not ${x - lse}`;
    // What is next to nothing may have left the distribution.
    if (x - lse < -80) assert(got[id] < -70, what);
    else assert(Math.abs(got[id] - (x - lse)) < 2e-5 * (1 + Math.abs(x - lse)), what);
  });
}

function repeated(seed: number, test: (random: Random, row: Float32Array, text: Text) => void): void {
  const random = new Random(seed);
  for (let i = 0; i < 300; i++) {
    const row = Float32Array.from({ length: VOCABULARY }, () => 3 * random.normal());
    if (i % 5 === 0) row[i % VOCABULARY] = -Infinity;
    test(random, row, textOf(random));
  }
}

Deno.test("penalties: repetition once a token, frequency and presence by count, within scope and window", () => {
  repeated(1, (random, row, text) => {
    const pick = <T>(...values: T[]): T => values[Math.floor(random.uniform() * values.length)];
    const options: PenaltiesOptions = {
      repetition: pick(1, 1.3, 0.7),
      frequency: pick(0, 0.4, -0.3),
      presence: pick(0, 0.9),
      scope: pick("all" as const, "output" as const),
      counts: pick("all" as const, "output" as const),
      ...pick<{ window?: number }>({}, { window: 0 }, { window: 5 }),
    };
    const { window = Infinity, scope, counts } = options;
    const all = [...text.prompt, ...text.output];
    const seen = (of: string | undefined) =>
      all.slice(Math.max(of === "output" ? text.prompt.length : 0, all.length - window));
    const expected = Array.from(row, (x, id) => {
      const count = seen(counts).filter((one) => one === id).length;
      if (seen(scope).includes(id)) x = x < 0 ? x * options.repetition! : x / options.repetition!;
      return x - count * options.frequency! - (count > 0 ? options.presence! : 0);
    });
    check(penalties(options), row, text, expected);
  });
});

Deno.test("dry: the longest earlier copy of the text's end, up to the last breaker, by what followed it", () => {
  repeated(2, (random, row, text) => {
    const breakers = random.uniform() < 0.5 ? [] : [[1], [2, 0]];
    const allowed = 1 + Math.floor(random.uniform() * 2), base = 1 + random.uniform(), multiplier = 0.8;
    const tokens = [...text.prompt, ...text.output];
    let limit = tokens.length;
    for (let at = 0; at < tokens.length; at++) {
      for (const breaker of breakers) {
        if (breaker.every((id, i) => tokens[at + i] === id)) limit = tokens.length - at - breaker.length;
      }
    }
    const expected = Array.from(row, (x, id) => {
      let longest = 0;
      for (let at = 1; at < tokens.length; at++) {
        if (tokens[at] !== id) continue;
        let length = 0;
        while (length < at && tokens[at - 1 - length] === tokens[tokens.length - 1 - length]) length++;
        longest = Math.max(longest, Math.min(length, limit));
      }
      const exempt = breakers.some((breaker) => breaker.length === 1 && breaker[0] === id);
      return longest < allowed || exempt ? x : x - multiplier * base ** (longest - allowed);
    });
    check(
      dry({ multiplier, base, allowedLength: allowed, breakers }),
      row,
      text,
      tokens.length <= allowed ? [...row] : expected,
    );
  });
});

Deno.test("no-repeat-ngram and bad words ban what would end one", () => {
  repeated(3, (random, row, text) => {
    const n = 1 + Math.floor(random.uniform() * 3), tokens = [...text.prompt, ...text.output];
    const end = (length: number) => length === 0 ? [] : tokens.slice(-length);
    const completes = (tokens: readonly number[]) => {
      const grams = new Set(tokens.map((_, i) => tokens.slice(i, i + n)).filter((g) => g.length === n).map(String));
      return (id: number) => tokens.length >= n - 1 && grams.has(String([...end(n - 1), id]));
    };
    const words = [[0], [1, 2], [3, 3, 4]];
    const bad = (id: number) =>
      words.some((word) => word.at(-1) === id && String(end(word.length - 1)) === String(word.slice(0, -1)));
    for (
      const [stage, isOut] of [
        [noRepeatNgram(n), completes(tokens)],
        [noRepeatNgram(n, { scope: "output" }), completes(text.output)],
        [badWords(words), bad],
      ] as const
    ) {
      const expected = Array.from(row, (x, id) => isOut(id) ? -Infinity : x);
      if (expected.some((x) => x > -Infinity)) check(stage, row, text, expected);
    }
  });
});

Deno.test("first tokens and forced ones count the output", () => {
  repeated(4, (_random, row, text) => {
    const { length } = text.output;
    const out = (ids: number[], when: boolean) => Array.from(row, (x, id) => when && ids.includes(id) ? -Infinity : x);
    for (
      const [stage, expected] of [
        [minLength(5, { end: [0, 3] }), out([0, 3], length < 5)],
        [suppress([1], { first: 4 }), out([1], length < 4)],
      ] as const
    ) {
      if (expected.some((x) => x > -Infinity)) check(stage, row, text, expected);
    }
    const made = sampler({ chain: [force([[length, 6]])], prompt: text.prompt });
    for (const id of text.output) made.accept(id);
    assertEquals(made.draw(row).id, 6);
  });
});

Deno.test("earlier copies of a text's end are found in few looks at each token, however it repeats itself", () => {
  for (const period of [1, 2, 7, 500, 5000]) {
    let looks = 0;
    const tokens = Array.from({ length: 5000 }, (_, at) => at % period);
    const watched = new Proxy(tokens.toReversed(), {
      get: (target, key) => {
        if (typeof key === "string" && /^\d+$/.test(key)) looks++;
        return Reflect.get(target, key);
      },
    });
    tokens.toReversed = () => watched;
    const runs = repeats(tokens);
    assert(looks <= 5 * tokens.length, `${looks} looks`);
    // The end of the text stands a period earlier, up to its beginning, and the token after it there is the first of a period.
    assertEquals(runs.get(tokens.length % period), Math.max(0, tokens.length - period));
  }
});
