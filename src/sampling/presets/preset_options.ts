import type { DryOptions } from "../stages/dry.ts";

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
  /** Another name of `repetitionPenalty`. */
  readonly repetition?: number;
  /** Another name of `frequencyPenalty`. */
  readonly frequency?: number;
  /** Another name of `presencePenalty`. */
  readonly presence?: number;
  /** Another name of `penaltyLastN`. */
  readonly window?: number;
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
