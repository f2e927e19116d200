import type { PresetName, PresetOptions } from "./preset.ts";

const COMMON = ["temperature", "topK", "topP", "minP", "repetitionPenalty", "minKeep"] as const;

/** The options that each preset has. */
export const PRESET_OPTIONS: Readonly<Record<PresetName, readonly (keyof PresetOptions)[]>> = {
  "llama.cpp": [
    ...COMMON,
    "typicalP",
    "topNSigma",
    "xtcProbability",
    "xtcThreshold",
    "dynatempRange",
    "dynatempExponent",
    "frequencyPenalty",
    "presencePenalty",
    "penaltyLastN",
    "dry",
    "mirostat",
    "mirostatTau",
    "mirostatEta",
  ],
  transformers: [...COMMON, "typicalP", "topH", "epsilonCutoff", "etaCutoff"],
  vllm: [...COMMON, "frequencyPenalty", "presencePenalty"],
};
