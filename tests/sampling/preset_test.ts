/**
 * Promises of presets: what a system takes is taken and does what it does there, what it refuses is refused, also of a stage that is
 * switched off; mirostat replaces llama.cpp's chain.
 */
import { assertAlmostEquals, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ParameterError } from "../../src/core/mod.ts";
import {
  dynamicTemperature,
  preset,
  type PresetName,
  type PresetOptions,
  presetsWith,
  sampler,
} from "../../src/sampling/mod.ts";

function refusal(name: PresetName, options: Record<string, unknown> | null): string {
  return assertThrows(() => preset(name, options as PresetOptions), ParameterError).message;
}

function names(name: PresetName, options: Record<string, unknown>): string[] {
  return preset(name, options as PresetOptions).map(({ spec }) => spec.name);
}

type Refused = Readonly<Record<string, readonly [values: readonly unknown[], wanted: string]>>;

/** Values that a system refuses, and what is wanted instead. */
const REFUSED: Readonly<Record<PresetName, Refused>> = {
  "llama.cpp": {
    temperature: [[Infinity], "a finite number, 0 or less for greedy"],
    dynatempRange: [[Infinity], "a finite number, 0 or less for none"],
    dynatempExponent: [[Infinity], "a finite number"],
    topK: [[1.5, Infinity], "a whole number, 0 or less for none"],
    topP: [[Infinity], "a finite number, 1 or more for none"],
    minP: [[false], "a finite number, 0 or less for none"],
    typicalP: [[Infinity], "a finite number, 1 or more for none"],
    topNSigma: [[Infinity, -Infinity], "a finite number, 0 or less for none"],
    xtcProbability: [[-Infinity], "a finite number, 0 or less for none"],
    xtcThreshold: [[Infinity], "a finite number, above 0.5 for none"],
    repetitionPenalty: [[-1, 0, Infinity], "a finite number above 0"],
    frequencyPenalty: [[Infinity], "a finite number"],
    presencePenalty: [[-Infinity], "a finite number"],
    penaltyLastN: [[1.5, -2, Infinity], "a whole number of at least 0, or -1 for all tokens"],
    mirostat: [[3, true, -1, 1.5], "1 or 2, or 0 for none"],
    mirostatTau: [[Infinity], "a finite number"],
    mirostatEta: [[Infinity], "a finite number"],
    minKeep: [[-1, 1.5], "a whole number of at least 0"],
  },
  transformers: {
    temperature: [[-1, -1e-9, Infinity], "a finite number of at least 0 (0 is greedy)"],
    topK: [[-1, 1.5], "a whole number of at least 0 (none)"],
    topP: [[-0.1], "a finite number of at least 0, 1 or more for none"],
    minP: [[-0.1, 1.1], "a number from 0 (none) to 1"],
    typicalP: [[0, -1], "a finite number above 0, 1 or more for none"],
    topH: [[0, 1.1], "a number above 0, at most 1"],
    epsilonCutoff: [[Infinity], "a finite number, for none one that does not lie between 0 and 1"],
    etaCutoff: [[Infinity], "a finite number, for none one that does not lie between 0 and 1"],
    repetitionPenalty: [[-1, 0], "a finite number above 0"],
    minKeep: [[0, 1.5], "a whole number of at least 1"],
  },
  vllm: {
    temperature: [[-1, 2.1], "a number from 0 (greedy) to 2"],
    topK: [[-2, 1.5], "a whole number of at least 1, or 0 or -1 for none"],
    topP: [[0, 1.1], "a number above 0, at most 1"],
    minP: [[-0.1, 1.1], "a number from 0 (none) to 1"],
    repetitionPenalty: [[-1, 0], "a finite number above 0"],
    frequencyPenalty: [[-2.1, 2.1], "a number from -2 to 2"],
    presencePenalty: [[-2.1, 2.1], "a number from -2 to 2"],
    minKeep: [[0, 1.5], "a whole number of at least 1"],
  },
};

/** Every option there is. */
const OPTIONS = [...new Set([...Object.values(REFUSED).flatMap(Object.keys), "dry"])] as (keyof PresetOptions)[];

const NEVER: readonly unknown[] = [NaN, null, "0.5", "x", [0.5], {}, 5n];

Deno.test("what a system refuses is refused, the option's stage switched on or off", () => {
  for (const [name, refused] of Object.entries(REFUSED) as [PresetName, Refused][]) {
    const options = OPTIONS.filter((option) => option !== "dry" && presetsWith(option).includes(name));
    assertEquals(Object.keys(refused).sort(), options.sort());
    for (const [option, [values, wanted]] of Object.entries(refused)) {
      for (const value of [...values, ...NEVER]) {
        const message = refusal(name, { [option]: value });
        assertStringIncludes(message, `Cannot use preset "${name}" with ${option} = `);
        if (typeof value === "number") assertStringIncludes(message, `${option} = ${value}: `);
        assertEquals(message.slice(message.indexOf(": wanted ")), `: wanted ${wanted}`);
      }
    }
  }
});

/** The chain that values make, as data. */
function specs(name: PresetName, options: PresetOptions): string {
  return JSON.stringify(preset(name, options).map(({ spec }) => spec));
}

/** The part of a chain that an option makes. */
function stage(name: PresetName, options: PresetOptions, wanted: string): unknown {
  return preset(name, options).find(({ spec }) => spec.name === wanted)?.spec.params;
}

Deno.test("values that switch an option off in a system do so here", () => {
  const none = { topK: 0, topP: 1, minP: 0, temperature: 1 };
  const off: Record<string, PresetOptions[]> = {
    "llama.cpp": [
      ...[0, -1, -40].map((topK) => ({ topK })),
      ...[1, 1.5, 9].map((topP) => ({ topP })),
      ...[0, -1].map((minP) => ({ minP })),
      ...[1, 2].map((typicalP) => ({ typicalP })),
      ...[0, -1].map((topNSigma) => ({ topNSigma })),
      ...[0, -1].map((xtcProbability) => ({ xtcProbability })),
      ...[0.6, 9].map((xtcThreshold) => ({ xtcProbability: 1, xtcThreshold })),
      ...[0, -1].map((dynatempRange) => ({ dynatempRange, dynatempExponent: 3 })),
      { dry: { multiplier: 0 } },
    ],
    transformers: [
      { topP: 1.5 },
      { typicalP: 2 },
      ...[-1, 0, 1, 2].map((cutoff) => ({ epsilonCutoff: cutoff, etaCutoff: cutoff })),
    ],
    vllm: [0, -1].map((topK) => ({ topK })),
  };
  for (const [name, all] of Object.entries(off)) {
    for (const options of all) {
      assertEquals(specs(name as PresetName, { ...none, ...options }), "[]", JSON.stringify(options));
    }
  }
});

Deno.test("values at the edges do what they do in the system", () => {
  const one = { k: 1, ties: "lowestId", minKeep: 1 };
  for (const topP of [0, -1]) {
    assertEquals(stage("llama.cpp", { topK: 0, topP }, "keepTopK"), one);
    assertEquals(stage("llama.cpp", { topK: 0, topP, minKeep: 3 }, "keepTopK"), { ...one, k: 3 });
  }
  assertEquals(stage("llama.cpp", { topK: 0, minP: 1.5, minKeep: 3 }, "keepTopK"), { ...one, k: 3 });
  assertEquals(stage("transformers", { topK: 0, topP: 0 }, "keepTopK"), { ...one, ties: "highestId" });
  for (const temperature of [0, -1, -1e9]) {
    assertEquals(stage("llama.cpp", { temperature }, "withTemperature"), { temperature: 0 });
    assertEquals(stage("llama.cpp", { temperature, mirostat: 2 }, "withTemperature"), { temperature: 0 });
  }
  const heat = (options: PresetOptions) => stage("llama.cpp", options, "dynamicTemperature");
  assertEquals(heat({ temperature: -1, dynatempRange: 2 }), { temperature: 0.5, range: 0.5, exponent: 1 });
  assertEquals(heat({ temperature: 0, dynatempRange: 2 }), { temperature: 0, range: 2, exponent: 1 });
  assertEquals(stage("llama.cpp", { temperature: -2, dynatempRange: 2 }, "withTemperature"), { temperature: 0 });
  assertEquals(stage("llama.cpp", { minKeep: 0 }, "keepTopP"), { p: 0.95, ties: "lowestId", minKeep: 1 });
  assertEquals(stage("llama.cpp", { xtcProbability: 7 }, "xtc"), { probability: 1, threshold: 0.1, minKeep: 1 });
  assertEquals(stage("llama.cpp", { presencePenalty: 1, penaltyLastN: -1 }, "penalties"), {
    repetitionPenalty: 1,
    frequencyPenalty: 0,
    presencePenalty: 1,
    scope: "all",
  });
  for (const name of ["llama.cpp", "transformers"] as const) {
    assertEquals(stage(name, { temperature: 1e-30 }, "withTemperature"), { temperature: 1e-20 });
  }
});

Deno.test("vLLM raises a temperature between 0 and 0.01 to 0.01; 0 alone is greedy", () => {
  const temperatures = [0, 1e-300, 1e-6, 0.0099, 0.01, 0.011, 2];
  const given = temperatures.map((temperature) => stage("vllm", { temperature }, "withTemperature"));
  assertEquals(given, [0, 0.01, 0.01, 0.01, 0.01, 0.011, 2].map((temperature) => ({ temperature })));
});

Deno.test("mirostat takes any tau and eta: it always keeps at least one token", () => {
  for (const version of [1, 2] as const) {
    for (const mirostatTau of [-1e308, -3, 0, 5, 1e308]) {
      for (const mirostatEta of [-1, 0, 0.1, 1e308]) {
        const made = sampler({ chain: preset("llama.cpp", { mirostat: version, mirostatTau, mirostatEta }) });
        for (let step = 0; step < 4; step++) {
          const { id, why } = made.draw(Float32Array.of(1, 2, 3, -Infinity, 2));
          assertEquals([why, id !== undefined], [undefined, true]);
          made.accept(id!);
        }
      }
    }
  }
});

Deno.test("dynamic temperature: any exponent", () => {
  const row = Float32Array.of(2, 1, 0, -Infinity), sure = Float32Array.of(900, 0, -Infinity, 1);
  const heat = (exponent: number, of: Float32Array) => {
    const chain = [dynamicTemperature({ temperature: 1, range: 0.5, exponent })];
    const { ids, probabilities } = sampler({ chain }).distribution(of);
    const logs = Array.from(probabilities, Math.log);
    return (of[ids[0]] - of[ids[1]]) / (logs[0] - logs[1]);
  };
  const p = [2, 1, 0].map((x) => Math.exp(x) / (Math.exp(2) + Math.exp(1) + 1));
  const share = p.reduce((h, p) => h - p * Math.log(p), 0) / Math.log(4);
  for (const exponent of [-2, -1, 0, 0.5, 1, 3]) {
    assertAlmostEquals(heat(exponent, row), 0.5 + share ** exponent, 1e-5);
  }
  assertAlmostEquals(heat(0, sure), 1.5, 1e-5);
  // The entropy is 0, the temperature as high as can be: all are alike.
  const { probabilities } = sampler({ chain: [dynamicTemperature({ temperature: 1, range: 0.5, exponent: -1 })] })
    .distribution(sure);
  assertEquals([...probabilities], [1 / 3, 1 / 3, 1 / 3]);
});

Deno.test("the message names preset, option, value and what was wanted", () => {
  assertEquals(
    refusal("vllm", { temperature: 3 }),
    'Cannot use preset "vllm" with temperature = 3: wanted a number from 0 (greedy) to 2',
  );
  assertStringIncludes(refusal("llama.cpp", { dry: { multiplier: -1 } }), "cannot use dry with multiplier = -1");
  assertStringIncludes(refusal("llama.cpp", { dry: { multiplier: 0, base: 0 } }), "cannot use dry with base = 0");
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

Deno.test("an option that is inherited is checked: it would be used as well", () => {
  assertStringIncludes(
    refusal("vllm", Object.create({ topP: 5 })),
    "with topP = 5: wanted a number above 0, at most 1",
  );
  assertEquals(names("vllm", Object.create({ topP: 0.5 })), ["keepTopP"]);
});

Deno.test("undefined is absent, whether or not the preset has the option", () => {
  for (const name of ["llama.cpp", "transformers", "vllm"] as const) {
    const nothing = Object.fromEntries([...OPTIONS, "other"].map((option) => [option, undefined]));
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
