/** Promises of presets: every option is checked, also one whose stage is switched off; mirostat replaces llama.cpp's chain. */
import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ParameterError } from "../../src/core/mod.ts";
import { preset, type PresetName, type PresetOptions } from "../../src/sampling/mod.ts";

function refusal(name: PresetName, options: Record<string, unknown> | null): string {
  return assertThrows(() => preset(name, options as PresetOptions), ParameterError).message;
}

function names(name: PresetName, options: Record<string, unknown>): string[] {
  return preset(name, options as PresetOptions).map(({ spec }) => spec.name);
}

/** Values that no option takes, or not this one; what is wanted of it. */
const WRONG: Record<Exclude<keyof PresetOptions, "dry">, readonly [values: readonly unknown[], wanted: string]> = {
  temperature: [[-1, Infinity, 1e-40], "(0 is greedy)|0 (greedy) or a number"],
  dynatempRange: [[-1, Infinity], "a finite number of at least 0"],
  dynatempExponent: [[-1, 0, Infinity], "a finite number above 0"],
  topK: [[1.5, Infinity], "a whole number, 0 or less for none"],
  topP: [[0, -1, 2], "a number above 0, at most 1"],
  minP: [[-1, 2, false], "a number above 0, at most 1, or 0 for none"],
  typicalP: [[0, 2], "a number above 0, at most 1"],
  topNSigma: [[Infinity, -Infinity], "a finite number above 0, or 0 or less for none"],
  xtcProbability: [[-1, 2], "a number from 0 to 1"],
  xtcThreshold: [[-3, 0, 2], "a number above 0, at most 1"],
  topH: [[0, 2], "a number above 0, at most 1"],
  epsilonCutoff: [[-1, 1, 2], "a number above 0, below 1, or 0 for none"],
  etaCutoff: [[-1, 1, 2], "a number above 0, below 1, or 0 for none"],
  repetitionPenalty: [[-1, 0], "a finite number above 0"],
  frequencyPenalty: [[Infinity], "a finite number"],
  presencePenalty: [[-Infinity], "a finite number"],
  penaltyLastN: [[1.5, Infinity], "a whole number, less than 0 for all tokens"],
  mirostat: [[3, true, -1], "1 or 2, or 0 for none"],
  mirostatTau: [[-3, 0], "a finite number above 0"],
  mirostatEta: [[-3, 0], "a finite number above 0"],
  minKeep: [[0, 1.5], "a whole number of at least 1"],
};

const NEVER: readonly unknown[] = [NaN, null, "0.5", "x", [0.5], {}, 5n];

Deno.test("a value out of range is refused, its stage switched on or off", () => {
  for (const [option, [values, wanted]] of Object.entries(WRONG)) {
    const name = ["topH", "epsilonCutoff", "etaCutoff"].includes(option) ? "transformers" : "llama.cpp";
    for (const value of [...values, ...NEVER]) {
      const message = refusal(name, { [option]: value });
      assertStringIncludes(message, `Cannot use preset "${name}" with ${option} = `);
      if (typeof value === "number") assertStringIncludes(message, `${option} = ${value}: `);
      assertEquals(wanted.split("|").some((text) => message.includes(text)), true, message);
    }
  }
});

Deno.test("the message names preset, option, value, stage and what was wanted", () => {
  assertEquals(
    refusal("llama.cpp", { xtcThreshold: -3 }),
    'Cannot use preset "llama.cpp" with xtcThreshold = -3: cannot use xtc with threshold = -3: wanted a number above 0, at most 1',
  );
  assertEquals(
    refusal("llama.cpp", { penaltyLastN: 1.5 }),
    'Cannot use preset "llama.cpp" with penaltyLastN = 1.5: wanted a whole number, less than 0 for all tokens',
  );
  assertStringIncludes(refusal("llama.cpp", { dry: { multiplier: 0 } }), "cannot use dry with multiplier = 0");
  assertStringIncludes(refusal("llama.cpp", { dry: null }), "wanted an object with multiplier");
});

Deno.test("an option that a preset has not is refused with the list of those it has", () => {
  assertEquals(
    refusal("vllm", { topNSigma: 1 }),
    'Cannot use preset "vllm" with topNSigma = 1: wanted one of its options: temperature, topK, topP, minP, ' +
      "repetitionPenalty, minKeep, frequencyPenalty, presencePenalty",
  );
  for (const name of ["llama.cpp", "transformers", "vllm"] as const) {
    assertStringIncludes(refusal(name, { top_p: 1 }), "wanted one of its options: temperature, topK, topP");
    assertStringIncludes(refusal(name, { constructor: 1 }), "wanted one of its options");
    assertStringIncludes(refusal(name, null), "with options = null");
  }
  assertStringIncludes(refusal("toString" as PresetName, {}), 'wanted "llama.cpp" or "transformers" or "vllm"');
});

Deno.test("undefined is absent, whether or not the preset has the option", () => {
  for (const name of ["llama.cpp", "transformers", "vllm"] as const) {
    const nothing = Object.fromEntries([...Object.keys(WRONG), "dry", "other"].map((option) => [option, undefined]));
    assertEquals(names(name, nothing), names(name, {}));
  }
});

Deno.test("mirostat replaces llama.cpp's whole chain by a plain temperature and itself", () => {
  const all = { topK: 5, minP: 0.5, dynatempRange: 0.3, xtcProbability: 1, presencePenalty: 1, dry: { multiplier: 1 } };
  for (const mirostat of [1, 2]) {
    assertEquals(names("llama.cpp", { ...all, mirostat }), ["withTemperature", "mirostat"]);
    assertEquals(names("llama.cpp", { mirostat, temperature: 1 }), ["mirostat"]);
  }
  assertEquals(names("llama.cpp", { dynatempRange: 0.3 }).at(-1), "dynamicTemperature");
});
