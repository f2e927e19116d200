import { checkPreset } from "./_check_preset.ts";
import { dry, type DryOptions } from "./dry.ts";
import { dynamicTemperature } from "./dynamic_temperature.ts";
import { keepEpsilon } from "./keep_epsilon.ts";
import { keepEta } from "./keep_eta.ts";
import { keepMinP } from "./keep_min_p.ts";
import { keepTopH } from "./keep_top_h.ts";
import { keepTopK } from "./keep_top_k.ts";
import { keepTopNSigma } from "./keep_top_n_sigma.ts";
import { keepTopP } from "./keep_top_p.ts";
import { keepTypical } from "./keep_typical.ts";
import { mirostat } from "./mirostat.ts";
import { penalties } from "./penalties.ts";
import type { Stage } from "./stage.ts";
import type { Ties } from "./ties.ts";
import { withTemperature } from "./with_temperature.ts";
import { xtc } from "./xtc.ts";

/** Whose chain. */
export type PresetName = "llama.cpp" | "transformers" | "vllm";

/** The options of a preset's chain, by the names that the field gives them. Each system's own defaults hold for what is absent. */
export interface PresetOptions {
  /** 0 is greedy. */
  readonly temperature?: number;
  /** llama.cpp: half the range of the dynamic temperature, and its exponent. */
  readonly dynatempRange?: number;
  /** See `dynatempRange`. */
  readonly dynatempExponent?: number;
  /** 0 or less: off. */
  readonly topK?: number;
  /** 1: off. */
  readonly topP?: number;
  /** 0: off. */
  readonly minP?: number;
  /** 1: off. */
  readonly typicalP?: number;
  /** llama.cpp; 0 or less: off. */
  readonly topNSigma?: number;
  /** llama.cpp; probability 0: off. */
  readonly xtcProbability?: number;
  /** llama.cpp. */
  readonly xtcThreshold?: number;
  /** transformers; absent: off. */
  readonly topH?: number;
  /** transformers; 0: off. */
  readonly epsilonCutoff?: number;
  /** transformers; 0: off. */
  readonly etaCutoff?: number;
  /** 1: off. */
  readonly repetitionPenalty?: number;
  /** llama.cpp and vLLM; 0: off. */
  readonly frequencyPenalty?: number;
  /** llama.cpp and vLLM; 0: off. */
  readonly presencePenalty?: number;
  /** llama.cpp: how many of the last tokens the penalties see; 64 when absent, all if negative. */
  readonly penaltyLastN?: number;
  /** llama.cpp; absent: off. */
  readonly dry?: DryOptions;
  /** llama.cpp: 1 or 2; its chain is then temperature and mirostat alone. */
  readonly mirostat?: 0 | 1 | 2;
  /** llama.cpp. */
  readonly mirostatTau?: number;
  /** llama.cpp. */
  readonly mirostatEta?: number;
  /** Fewest tokens kept by every truncator, but for llama.cpp's top-k, which keeps k; 1 when absent. */
  readonly minKeep?: number;
}

/**
 * The chain of a well-known system, with its defaults, order and tie rules; switched-off stages are left out. It keeps the same
 * tokens with the same probabilities; the random numbers are ours. llama.cpp's mirostat replaces its chain by temperature and mirostat.
 *
 * | preset | order and defaults |
 * | --- | --- |
 * | `llama.cpp` | penalties (last 64), dry, top-n-sigma, top-k 40, typical 1, top-p 0.95, min-p 0.05, xtc, temperature 0.8 last |
 * | `transformers` | repetition penalty, temperature 1, top-H, top-k 50, top-p 1, min-p, typical, epsilon, eta |
 * | `vllm` | penalties (repetition over all, counts over the output), temperature 1, min-p 0, top-k off, top-p 1 |
 *
 * Equal logits at a cut: llama.cpp's order is unspecified, ours keeps the lowest ids; transformers and vLLM keep all that tie with the
 * k-th, and cut top-p from the lowest ids. Typical is as in transformers for all: of equal distances all stay. Order matters: with
 * temperature last, llama.cpp's cuts do not depend on it.
 * Source: llama.cpp `00efb3e`, transformers `00857b6`, vLLM `3e34265`.
 *
 * @example llama.cpp's chain, a little cooler
 * ```ts
 * import { preset, sampler } from "@sluice/sluice/sampling";
 * import { assertEquals } from "@std/assert";
 *
 * const chain = preset("llama.cpp", { temperature: 0.6 });
 * assertEquals(chain.map(({ spec }) => spec.name), ["keepTopK", "keepTopP", "keepMinP", "withTemperature"]);
 * assertEquals(sampler({ chain, seed: 3 }).draw(Float32Array.of(1, 9, 2)).id, 1);
 * ```
 *
 * @param name The system.
 * @param options What differs from its defaults.
 * @returns The stages, for `sampler`.
 * @throws {ParameterError} If the name is unknown, or an option is out of range (also of a stage that is switched off) or not the
 * system's.
 */
export function preset(name: PresetName, options: PresetOptions = {}): Stage[] {
  checkPreset(name, options);
  return PRESETS[name](options).filter((stage) => stage !== undefined);
}

type Stages = (Stage | undefined)[];

const PRESETS: Record<PresetName, (options: PresetOptions) => Stages> = {
  "llama.cpp": llamaCpp,
  transformers,
  vllm,
};

function llamaCpp(options: PresetOptions): Stages {
  const { topK = 40, topP = 0.95, minP = 0.05, typicalP = 1, topNSigma = -1, minKeep } = options;
  const { xtcProbability = 0, xtcThreshold = 0.1, penaltyLastN = 64, mirostat: version = 0 } = options;
  const { mirostatTau: tau = 5, mirostatEta: eta = 0.1 } = options;
  if (version !== 0) return [temperatureOf(options.temperature ?? 0.8), mirostat({ version, tau, eta })];
  return [
    penaltiesOf(options, { window: penaltyLastN < 0 ? Infinity : penaltyLastN }),
    options.dry ? dry(options.dry) : undefined,
    topNSigma > 0 ? keepTopNSigma(topNSigma) : undefined,
    best(topK, "lowestId", undefined),
    typicalP === 1 ? undefined : keepTypical(typicalP, least(minKeep)),
    nucleus(topP, "lowestId", minKeep),
    minP === 0 ? undefined : keepMinP(minP, least(minKeep)),
    xtcProbability === 0 ? undefined : xtc({ probability: xtcProbability, threshold: xtcThreshold, ...least(minKeep) }),
    lastTemperature(options),
  ];
}

function transformers(options: PresetOptions): Stages {
  const { topK = 50, topP = 1, minP = 0, typicalP = 1, topH, epsilonCutoff = 0, etaCutoff = 0, minKeep } = options;
  return [
    penaltiesOf(options, {}),
    temperatureOf(options.temperature ?? 1),
    topH === undefined ? undefined : keepTopH(topH),
    best(topK, "all", minKeep),
    nucleus(topP, "highestId", minKeep),
    minP === 0 ? undefined : keepMinP(minP, least(minKeep)),
    typicalP === 1 ? undefined : keepTypical(typicalP, least(minKeep)),
    epsilonCutoff === 0 ? undefined : keepEpsilon(epsilonCutoff, { ties: "all", ...least(minKeep) }),
    etaCutoff === 0 ? undefined : keepEta(etaCutoff, { ties: "all", ...least(minKeep) }),
  ];
}

function vllm(options: PresetOptions): Stages {
  const { temperature = 1, topK = 0, topP = 1, minP = 0, minKeep } = options;
  return [
    penaltiesOf(options, { counts: "output" }),
    // vLLM's own rule: a temperature this small is greedy.
    temperatureOf(temperature < 1e-5 ? 0 : temperature),
    minP === 0 ? undefined : keepMinP(minP, least(minKeep)),
    best(topK, "all", minKeep),
    nucleus(topP, "highestId", minKeep),
  ];
}

function least(minKeep: number | undefined): { minKeep?: number } {
  return minKeep === undefined ? {} : { minKeep };
}

function best(k: number, ties: Ties, minKeep: number | undefined): Stage | undefined {
  return k <= 0 ? undefined : keepTopK(k, { ties, ...least(minKeep) });
}

function nucleus(p: number, ties: Ties, minKeep: number | undefined): Stage | undefined {
  return p === 1 ? undefined : keepTopP(p, { ties, ...least(minKeep) });
}

function temperatureOf(temperature: number): Stage | undefined {
  return temperature === 1 ? undefined : withTemperature(temperature);
}

function lastTemperature(
  { temperature = 0.8, dynatempRange: range = 0, dynatempExponent: exponent = 1 }: PresetOptions,
): Stage | undefined {
  return range === 0 ? temperatureOf(temperature) : dynamicTemperature({ temperature, range, exponent });
}

function penaltiesOf(
  { repetitionPenalty: repetition = 1, frequencyPenalty: frequency = 0, presencePenalty: presence = 0 }: PresetOptions,
  more: { window?: number; counts?: "output" },
): Stage | undefined {
  if (repetition === 1 && frequency === 0 && presence === 0) return undefined;
  return penalties({ repetition, frequency, presence, ...more });
}
