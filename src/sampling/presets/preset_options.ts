import { type Option, shown } from "../../core/mod.ts";
import { refuse } from "../stages/_refuse.ts";
import { within } from "../stages/_within.ts";
import { dry, type DryOptions } from "../stages/dry.ts";

/** Whose chain. */
export type PresetName = "llama.cpp" | "transformers" | "vllm";

/** The options of a preset's chain, by the names that the field gives them. Each system's own defaults hold for what is absent. */
export interface PresetOptions {
  /** 0 is greedy; in llama.cpp also less. vLLM takes at most 2, and what lies between 0 and 0.01 as 0.01. */
  readonly temperature?: number;
  /** llama.cpp: half the range of the dynamic temperature; 0 or less: off. */
  readonly dynatempRange?: number;
  /** llama.cpp: the exponent of the dynamic temperature. */
  readonly dynatempExponent?: number;
  /** 0: off; in llama.cpp also less, in vLLM also -1. */
  readonly topK?: number;
  /** 1: off, in llama.cpp and transformers also more; 0 keeps one token there, or `minKeep`, in llama.cpp also less. */
  readonly topP?: number;
  /** 0: off; in llama.cpp also less, and above 1 it keeps one token there, or `minKeep`. */
  readonly minP?: number;
  /** 1 or more: off; 0 or less keeps the most typical token in llama.cpp. */
  readonly typicalP?: number;
  /** llama.cpp; 0 or less: off. */
  readonly topNSigma?: number;
  /** llama.cpp; 0 or less: off; 1 or more: always. */
  readonly xtcProbability?: number;
  /** llama.cpp; above 0.5: off; 0 or less keeps the least likely token alone. */
  readonly xtcThreshold?: number;
  /** transformers; absent: off. */
  readonly topH?: number;
  /** transformers; 0 or less, 1 or more: off. */
  readonly epsilonCutoff?: number;
  /** transformers; 0 or less, 1 or more: off. */
  readonly etaCutoff?: number;
  /** Above 0; 1: off. */
  readonly repetitionPenalty?: number;
  /** llama.cpp and vLLM (from -2 to 2); 0: off. */
  readonly frequencyPenalty?: number;
  /** llama.cpp and vLLM (from -2 to 2); 0: off. */
  readonly presencePenalty?: number;
  /** llama.cpp: how many of the last tokens the penalties see; 64 when absent, all if -1. */
  readonly penaltyLastN?: number;
  /** llama.cpp; absent, or a multiplier of 0: off. */
  readonly dry?: DryOptions;
  /** llama.cpp: 1 or 2; its chain is then temperature and mirostat alone. */
  readonly mirostat?: 0 | 1 | 2;
  /** llama.cpp. */
  readonly mirostatTau?: number;
  /** llama.cpp. */
  readonly mirostatEta?: number;
  /** Fewest tokens kept by every truncator, but for llama.cpp's top-k, which keeps k; 1 when absent. vLLM itself has only 1. */
  readonly minKeep?: number;
}

/** One option of presets: a line of documentation, and what each system that has it takes. */
interface PresetOption extends Partial<Record<PresetName, Omit<Option, "help">>> {
  readonly help: string;
}

/**
 * The options of all presets, in the order in which they are listed: their checks, the command line's flags and the service's parameters
 * follow. The stages may be stricter: `preset` gives them what they take.
 */
export const PRESET_OPTIONS: Readonly<Record<keyof PresetOptions, PresetOption>> = {
  temperature: {
    help: "divide the logits by T; 0 is greedy",
    "llama.cpp": { type: "number", hint: ", 0 or less for greedy" },
    transformers: { type: "number", least: 0, hint: " (0 is greedy)" },
    vllm: { type: "number", least: 0, most: 2, wanted: "a number from 0 (greedy) to 2" },
  },
  topK: {
    help: "keep the K best; 0: all",
    "llama.cpp": { type: "whole", least: -Infinity, wanted: "a whole number, 0 or less for none", code: "E_K_RANGE" },
    transformers: { type: "whole", least: 0, hint: " (none)", code: "E_K_RANGE" },
    vllm: { type: "whole", least: -1, wanted: "a whole number of at least 1, or 0 or -1 for none", code: "E_K_RANGE" },
  },
  topP: {
    help: "keep the best that hold a share P; 1: all",
    "llama.cpp": { type: "number", hint: ", 1 or more for none" },
    transformers: { type: "number", least: 0, hint: ", 1 or more for none" },
    vllm: { type: "number", above: 0, most: 1 },
  },
  minP: {
    help: "keep those with a share P of the best one's probability; 0: all",
    "llama.cpp": { type: "number", hint: ", 0 or less for none" },
    transformers: { type: "number", least: 0, most: 1, wanted: "a number from 0 (none) to 1" },
    vllm: { type: "number", least: 0, most: 1, wanted: "a number from 0 (none) to 1" },
  },
  repetitionPenalty: {
    help: "penalty on tokens of the history; 1: none",
    "llama.cpp": { type: "number", above: 0 },
    transformers: { type: "number", above: 0 },
    vllm: { type: "number", above: 0 },
  },
  minKeep: {
    help: "fewest tokens that a cut keeps",
    "llama.cpp": { type: "whole", least: 0 },
    transformers: { type: "whole", least: 1 },
    vllm: { type: "whole", least: 1 },
  },
  typicalP: {
    help: "keep those nearest to the entropy; 1: all",
    "llama.cpp": { type: "number", hint: ", 1 or more for none" },
    transformers: { type: "number", above: 0, hint: ", 1 or more for none" },
  },
  topNSigma: {
    help: "keep those within N deviations; 0: all",
    "llama.cpp": { type: "number", hint: ", 0 or less for none" },
  },
  xtcProbability: {
    help: "chance of excluding top choices",
    "llama.cpp": { type: "number", hint: ", 0 or less for none" },
  },
  xtcThreshold: {
    help: "what a top choice is; 0.1 if absent",
    "llama.cpp": { type: "number", hint: ", above 0.5 for none" },
  },
  topH: {
    help: "keep the best that hold a share H of the entropy",
    transformers: { type: "number", above: 0, most: 1 },
  },
  epsilonCutoff: {
    help: "least probability; 0: none",
    transformers: { type: "number", hint: ", for none one that does not lie between 0 and 1" },
  },
  etaCutoff: {
    help: "the same by entropy; 0: none",
    transformers: { type: "number", hint: ", for none one that does not lie between 0 and 1" },
  },
  dynatempRange: {
    help: "half the range of a temperature that follows the entropy; 0: none",
    "llama.cpp": { type: "number", hint: ", 0 or less for none" },
  },
  dynatempExponent: {
    help: "the exponent of the entropy in it",
    "llama.cpp": { type: "number" },
  },
  frequencyPenalty: {
    help: "penalty for each time a token occurs in the history; 0: none",
    "llama.cpp": { type: "number" },
    vllm: { type: "number", least: -2, most: 2 },
  },
  presencePenalty: {
    help: "penalty on tokens that occur there; 0: none",
    "llama.cpp": { type: "number" },
    vllm: { type: "number", least: -2, most: 2 },
  },
  penaltyLastN: {
    help: "how many of the last tokens the penalties see; -1: all",
    "llama.cpp": { type: "whole", least: -1, wanted: "a whole number of at least 0, or -1 for all tokens" },
  },
  dry: {
    help: "against repeated sequences",
    "llama.cpp": { type: "data", read: readDry },
  },
  mirostat: {
    help: "1 or 2: a surprise that is steered to tau, instead of the chain; 0: none",
    "llama.cpp": { type: "data", read: readMirostat },
  },
  mirostatTau: {
    help: "the surprise to hold, in bits",
    "llama.cpp": { type: "number" },
  },
  mirostatEta: {
    help: "how fast it is corrected",
    "llama.cpp": { type: "number" },
  },
};

/** What `dry` takes, and a multiplier of 0, which switches it off here. */
function readDry(where: string, name: string, value: unknown): unknown {
  const options = value as DryOptions;
  within(
    `Cannot use ${where} with ${name} = ${shown(value)}`,
    () => dry(options?.multiplier === 0 ? { ...options, multiplier: 1 } : options),
  );
  return value;
}

function readMirostat(where: string, name: string, value: unknown): unknown {
  return [0, 1, 2].includes(value as number) ? value : refuse(where, name, value, "1 or 2, or 0 for none");
}

/** An option that a line of text can give, as a command line or a query has it. */
export interface PresetText {
  readonly name: keyof PresetOptions;
  /** Whose it is, where it is not everybody's, and what it does. */
  readonly help: string;
  /** Whether it is a whole number. */
  readonly whole: boolean;
  /** Whether it is a whole number of at least 0, in every system that a text is for. */
  readonly counts: boolean;
}

/** The options that are numbers, in order. */
export function presetTexts(): PresetText[] {
  return Object.entries(PRESET_OPTIONS).filter(([name]) => name !== "dry").map(([name, { help, ...systems }]) => {
    const whose = Object.keys(systems);
    return {
      name: name as keyof PresetOptions,
      help: whose.length === 3 ? help : `${whose.join(" and ")}: ${help}`,
      whole: name === "mirostat" || Object.values(systems).every(({ type }) => type === "whole"),
      // Of the others, what a system takes below 0 is judged in its own words.
      counts: name === "topK",
    };
  });
}
