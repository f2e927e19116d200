/** Promises of seeds: drawn unless given, told, and given again they give the same tokens; one seed for all rows of a run. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { fromArray, keepTopP, mirostat, reduce, sampler } from "../../mod.ts";
import { sampleRecord } from "../../src/records/mod.ts";

const flat = new Float32Array(50_000);

Deno.test("without a seed each sampler draws its own, and draws other tokens", () => {
  const made = Array.from({ length: 20 }, () => sampler());
  assertEquals(new Set(made.map(({ seed }) => seed)).size, 20);
  assert(new Set(made.map((one) => one.draw(flat).id)).size > 10);
});

Deno.test("a seed that was drawn is in the spec, and gives the same tokens again, of a row or of many", async () => {
  const first = sampler({ chain: [keepTopP(0.9)], draws: 2 });
  const again = sampler({ chain: [keepTopP(0.9)], draws: 2, seed: first.seed });
  assertEquals(first.spec.params.seed, first.seed);
  assertEquals(again.spec, first.spec);
  for (let step = 0; step < 5; step++) assertEquals(again.draw(flat), first.draw(flat));
  const rows = (token: typeof first) =>
    Array.fromAsync(
      reduce(fromArray(flat, { vocabulary: 1000 }), { token }),
      ({ index, token }) => sampleRecord(index, token),
    );
  const drawn = await rows(first);
  assertEquals(drawn, await rows(again));
  assertEquals(drawn, await rows(first));
});

Deno.test("a seed that is undefined is drawn; a seed that is given is told", () => {
  const options = { seed: undefined } as unknown as Parameters<typeof sampler>[0];
  assert(sampler(options).seed !== sampler(options).seed);
  for (const seed of [0, 1, 2 ** 53 - 1]) assertEquals(sampler({ seed }).seed, seed);
  for (const seed of [null, -1, 0.5, 2 ** 53, "1"]) {
    assertThrows(() => sampler({ seed: seed as number }), RangeError, "sampler with seed = ");
  }
});

Deno.test("a clone has the seed, and a saved memory fits a sampler that is given it", () => {
  const model = sampler({ chain: [mirostat({ tau: 3 })] });
  const clone = model.clone();
  assertEquals(clone.seed, model.seed);
  const { id } = model.draw(flat);
  assertEquals(clone.draw(flat).id, id);
  model.accept(id!);
  const other = sampler({ chain: [mirostat({ tau: 3 })], seed: model.seed });
  const saved = model.save();
  other.load(saved);
  assertEquals(other.draw(flat), model.draw(flat));
  assertThrows(
    () => sampler({ chain: [mirostat({ tau: 3 })] }).load(saved),
    SyntaxError,
    "another chain or seed; a seed is drawn where none is given",
  );
});

Deno.test("every seed that may be drawn may be given, and reads back from its text", () => {
  const { getRandomValues } = crypto;
  try {
    for (const word of [0, 1, 0x7fffffff, 0xffffffff]) {
      crypto.getRandomValues = ((words: Uint32Array) => words.fill(word)) as typeof getRandomValues;
      const { seed } = sampler();
      assertEquals(sampler({ seed: Number(String(seed)) }).seed, seed);
      assert(/^\d{1,16}$/.test(String(seed)));
      if (word === 0xffffffff) assertEquals(seed, Number.MAX_SAFE_INTEGER);
    }
  } finally {
    crypto.getRandomValues = getRandomValues;
  }
});
