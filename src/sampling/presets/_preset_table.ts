import { type Option, type OptionTable, type OptionValue, shown } from "../../core/mod.ts";
import { within } from "../stages/_within.ts";
import { dry, type DryOptions } from "../stages/dry.ts";
import type { PresetName, PresetOptions } from "./preset_options.ts";

/** One option of presets. Its own bounds are those of a text: what a flag or a query may say before the system has its say. */
export interface PresetOption extends Option {
  /** What each system that has it takes. */
  readonly takes: Readonly<Partial<Record<PresetName, Partial<Option>>>>;
}

const TABLE = {
  temperature: {
    type: "number",
    help: "divide the logits by T; 0 is greedy",
    takes: {
      "llama.cpp": { hint: ", 0 or less for greedy" },
      transformers: { least: 0, hint: " (0 is greedy)" },
      vllm: { least: 0, most: 2, wanted: "a number from 0 (greedy) to 2" },
    },
  },
  topK: {
    type: "whole",
    code: "E_K_RANGE",
    help: "keep the K best; 0: all",
    takes: {
      "llama.cpp": { least: -Infinity, wanted: "a whole number, 0 or less for none" },
      transformers: { wanted: "a whole number of at least 0 (none)" },
      vllm: { least: -1, wanted: "a whole number of at least 1, or 0 or -1 for none" },
    },
  },
  topP: {
    type: "number",
    help: "keep the best that hold a share P; 1: all",
    takes: {
      "llama.cpp": { hint: ", 1 or more for none" },
      transformers: { least: 0, hint: ", 1 or more for none" },
      vllm: { above: 0, most: 1 },
    },
  },
  minP: {
    type: "number",
    help: "keep those with a share P of the best one's probability; 0: all",
    takes: {
      "llama.cpp": { hint: ", 0 or less for none" },
      transformers: { least: 0, most: 1, wanted: "a number from 0 (none) to 1" },
      vllm: { least: 0, most: 1, wanted: "a number from 0 (none) to 1" },
    },
  },
  repetitionPenalty: {
    type: "number",
    alias: "repetition",
    help: "penalty on tokens of the history; 1: none",
    takes: { "llama.cpp": { above: 0 }, transformers: { above: 0 }, vllm: { above: 0 } },
  },
  minKeep: {
    type: "whole",
    help: "fewest tokens that a cut keeps",
    takes: {
      "llama.cpp": { wanted: "a whole number of at least 0" },
      transformers: { least: 1, wanted: "a whole number of at least 1" },
      vllm: { least: 1, wanted: "a whole number of at least 1" },
    },
  },
  typicalP: {
    type: "number",
    help: "keep those nearest to the entropy; 1: all",
    takes: { "llama.cpp": { hint: ", 1 or more for none" }, transformers: { above: 0, hint: ", 1 or more for none" } },
  },
  topNSigma: {
    type: "number",
    help: "keep those within N deviations; 0: all",
    takes: { "llama.cpp": { hint: ", 0 or less for none" } },
  },
  xtcProbability: {
    type: "number",
    help: "chance of excluding top choices",
    takes: { "llama.cpp": { hint: ", 0 or less for none" } },
  },
  xtcThreshold: {
    type: "number",
    help: "what a top choice is; 0.1 if absent",
    takes: { "llama.cpp": { hint: ", above 0.5 for none" } },
  },
  dynatempRange: {
    type: "number",
    help: "half the range of a temperature that follows the entropy; 0: none",
    takes: { "llama.cpp": { hint: ", 0 or less for none" } },
  },
  dynatempExponent: {
    type: "number",
    help: "the exponent of the entropy in it",
    takes: { "llama.cpp": {} },
  },
  topH: {
    type: "number",
    help: "keep the best that hold a share H of the entropy",
    takes: { transformers: { above: 0, most: 1 } },
  },
  epsilonCutoff: {
    type: "number",
    help: "least probability; 0: none",
    takes: { transformers: { hint: ", for none one that does not lie between 0 and 1" } },
  },
  etaCutoff: {
    type: "number",
    help: "the same by entropy; 0: none",
    takes: { transformers: { hint: ", for none one that does not lie between 0 and 1" } },
  },
  frequencyPenalty: {
    type: "number",
    alias: "frequency",
    help: "penalty for each time a token occurs in the history; 0: none",
    takes: { "llama.cpp": {}, vllm: { least: -2, most: 2 } },
  },
  presencePenalty: {
    type: "number",
    alias: "presence",
    help: "penalty on tokens that occur there; 0: none",
    takes: { "llama.cpp": {}, vllm: { least: -2, most: 2 } },
  },
  penaltyLastN: {
    type: "whole",
    least: -1,
    alias: "window",
    help: "how many of the last tokens the penalties see; -1: all",
    takes: { "llama.cpp": { wanted: "a whole number of at least 0, or -1 for all tokens" } },
  },
  dry: {
    type: "data",
    read: readDry,
    help: "against repeated sequences",
    takes: { "llama.cpp": {} },
  },
  mirostat: {
    type: "whole",
    help: "1 or 2: a surprise that is steered to tau, instead of the chain; 0: none",
    takes: { "llama.cpp": { most: 2, wanted: "1 or 2, or 0 for none" } },
  },
  mirostatTau: {
    type: "number",
    help: "the surprise to hold, in bits",
    takes: { "llama.cpp": {} },
  },
  mirostatEta: {
    type: "number",
    help: "how fast it is corrected",
    takes: { "llama.cpp": {} },
  },
} as const satisfies Readonly<Record<string, PresetOption>>;

type Rows = typeof TABLE;

/** The name of an option and, where it has one, its alias. */
type Names<K extends keyof Rows> = K | (Rows[K] extends { readonly alias: infer A extends string } ? A : never);

/** What the table makes of the options, by all of their names. */
type Values = { readonly [K in keyof Rows as Names<K>]: OptionValue<Rows[K]> };

type Written = Required<PresetOptions>;

/**
 * The options of all presets by their own names, in the order in which they are listed: their checks, the command line's flags and the
 * service's parameters follow. It does not compile unless `PresetOptions` has the same names, aliases included, of types that fit. The
 * stages may be stricter: `preset` gives them what they take.
 */
export const PRESET_TABLE: Written extends Values
  ? keyof Written extends keyof Values ? Readonly<Record<keyof Rows, PresetOption>> : never
  : never = TABLE;

/** What `dry` takes, and a multiplier of 0, which switches it off here. */
function readDry(where: string, name: string, value: unknown): DryOptions {
  const options = value as DryOptions;
  within(
    `Cannot use ${where} with ${name} = ${shown(value)}`,
    () => dry(options?.multiplier === 0 ? { ...options, multiplier: 1 } : options),
  );
  return options;
}

/** The options that a line of text can give, as a command line or a query has it; the help says whose one is that not all have. */
export function presetTexts(): OptionTable {
  const texts = Object.entries(PRESET_TABLE).filter(([, { type }]) => type !== "data");
  return Object.fromEntries(texts.map(([name, { takes, ...option }]) => {
    const whose = Object.keys(takes);
    return [name, whose.length === 3 ? option : { ...option, help: `${whose.join(" and ")}: ${option.help}` }];
  }));
}
