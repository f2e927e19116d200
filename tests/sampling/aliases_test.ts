/** Options that go by two names: one rule across stages and presets, the older name still means the same. */
import { assertEquals, assertThrows } from "@std/assert";
import { dry, ParameterError, penalties, preset, presetsWith, sampler } from "../../mod.ts";
import { chainFrom } from "../../src/catalogue/mod.ts";

const NEW = { repetitionPenalty: 1.5, frequencyPenalty: 0.4, presencePenalty: 0.3, penaltyLastN: 6 };
const OLD = { repetition: 1.5, frequency: 0.4, presence: 0.3, window: 6 };

Deno.test("penalties: either name is the same stage, in code and in JSON, and the spec has the field's", () => {
  const { spec } = penalties(NEW);
  assertEquals(penalties(OLD).spec, spec);
  for (const options of [NEW, OLD]) assertEquals(chainFrom([{ name: "penalties", ...options }])[0].spec, spec);
  assertEquals(Object.keys(spec.params).slice(0, 4), Object.keys(NEW));
  const draw = (options: typeof NEW | typeof OLD) =>
    sampler({ seed: 1, chain: [penalties(options)], prompt: [0, 1] }).distribution(Float32Array.of(3, 2, 1));
  assertEquals(draw(OLD), draw(NEW));
});

Deno.test("dry: the window too", () => {
  assertEquals(dry({ multiplier: 1, window: 9 }).spec, dry({ multiplier: 1, penaltyLastN: 9 }).spec);
  assertEquals(dry({ multiplier: 1, window: Infinity }).spec, dry({ multiplier: 1 }).spec);
});

Deno.test("both names at once are refused; an error speaks of the name that was given", () => {
  const message = (make: () => unknown) => assertThrows(make, ParameterError).message;
  assertEquals(
    message(() => penalties({ window: 5, penaltyLastN: 6 })),
    "Cannot use penalties with window and penaltyLastN: they are one option, wanted one of them",
  );
  assertEquals(
    message(() => penalties({ repetition: -1 })),
    "Cannot use penalties with repetition = -1: wanted a finite number above 0",
  );
  assertEquals(
    message(() => penalties({ repetitionPenalty: -1 })),
    "Cannot use penalties with repetitionPenalty = -1: wanted a finite number above 0",
  );
});

Deno.test("an inherited alias counts as every inherited option does, and the others beside it stay", () => {
  const { params } = penalties(Object.create({ repetition: 2, scope: "output" })).spec;
  assertEquals([params.repetitionPenalty, params.scope], [2, "output"]);
});

Deno.test("presets take both names, too: the same chain, one of them at a time, an error in the words that were given", () => {
  const specs = (options: object) => preset("llama.cpp", options).map(({ spec }) => spec);
  assertEquals(specs(OLD), specs(NEW));
  assertEquals(specs({ ...OLD, window: -1 }), specs({ ...NEW, penaltyLastN: -1 }));
  for (const [i, alias] of (Object.keys(OLD) as (keyof typeof OLD)[]).entries()) {
    const name = Object.keys(NEW)[i] as keyof typeof NEW;
    assertEquals(presetsWith(alias), presetsWith(name));
    const message = (options: object) => assertThrows(() => preset("llama.cpp", options), ParameterError).message;
    assertEquals(
      message({ [alias]: 1, [name]: 1 }),
      `Cannot use preset "llama.cpp" with ${alias} and ${name}: they are one option, wanted one of them`,
    );
    assertEquals(message({ [alias]: "x" }), message({ [name]: "x" }).replace(name, alias));
  }
});

Deno.test("-1 of the last tokens is all of them, in stages as in presets", () => {
  const prompt = [0, 1, 2, 0, 1];
  for (
    const stage of [
      (window: object) => penalties({ presencePenalty: 9, ...window }),
      (window: object) => dry({ multiplier: 9, ...window }),
    ]
  ) {
    const kept = [{}, { penaltyLastN: -1 }, { penaltyLastN: Infinity }, { window: -1 }].map((window) => {
      const made = stage(window);
      assertEquals("penaltyLastN" in made.spec.params, false);
      return sampler({ chain: [made], prompt, seed: 1 }).distribution(Float32Array.of(1, 2, 3, 4));
    });
    for (const other of kept) assertEquals(other, kept[0]);
  }
});
