import { checkPreset } from "./_check_preset.ts";
import * as stages from "../stages/_public.ts";
import { LEAST_TEMPERATURE } from "../stages/_temperature.ts";
import type { PresetName, PresetOptions } from "./preset_options.ts";
import type { Stage } from "../stages/stage.ts";
import type { Ties } from "../stages/ties.ts";

/**
 * The chain of a well-known system, with its defaults, order and tie rules; switched-off stages are left out. It takes the values that the
 * system takes and does with them what the system does: the same tokens are kept with the same probabilities, but for what is named
 * below; the random numbers are ours. llama.cpp's mirostat replaces its chain by temperature and mirostat.
 *
 * | preset | order and defaults |
 * | --- | --- |
 * | `llama.cpp` | penalties (last 64), dry, top-n-sigma, top-k 40, typical 1, top-p 0.95, min-p 0.05, xtc, temperature 0.8 last |
 * | `transformers` | repetition penalty, temperature 1, top-H, top-k 50, top-p 1, min-p, typical, epsilon, eta |
 * | `vllm` | penalties (repetition over all, counts over the output), temperature 1, min-p 0, top-k off, top-p 1 |
 *
 * Matched are llama.cpp's samplers on the CPU, transformers' processors as sampling uses them, and vLLM's path in plain PyTorch. Its
 * Triton kernels for GPUs differ in equal logits at a cut of top-k or top-p: they keep just as many as are wanted, by position, as
 * `keepTopK` and `keepTopP` do without an option. Order matters: with temperature last, llama.cpp's cuts do not depend on it.
 *
 * Where they differ from ours:
 * - Equal logits at a cut: llama.cpp's order is unspecified, ours keeps the lowest ids. transformers and vLLM keep all that tie with the
 *   k-th, and cut top-p from the lowest ids, as a stable sort does. Typical is as in transformers for all: of equal distances all stay.
 * - They sum in float32, ours in float64, and what is within 2^-24 of a threshold has reached it: so near to one, either may be kept.
 * - Masked tokens are never drawn, and a row of nothing else gives none. llama.cpp's dynamic temperature and XTC count them as
 *   candidates, and so do ours; but its typical and mirostat 1 compute NaN where masked tokens are candidates, ours pass them over.
 * - Temperatures above 0 and below 1e-20 are taken as 1e-20.
 * - transformers has no temperature 0: it stands for its greedy search here.
 * - llama.cpp also takes a repetition penalty of 0 or less, and for DRY what `dry` refuses: they are refused here.
 *
 * Source: llama.cpp `00efb3e`, transformers `00857b6`, vLLM `3e34265`, its limits of the options as of `00388f6`.
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
 * @throws {ParameterError} If the name is unknown, or an option is not the system's, or one that it refuses (also of a stage that is
 * switched off).
 */
export function preset(name: PresetName, options: PresetOptions = {}): Stage[] {
  // Before the name is looked up: it may be anything.
  const checked = checkPreset(name, options);
  return PRESETS[name](checked).filter((stage) => stage !== undefined);
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
  if (version !== 0) return [temperatureOf(options.temperature ?? 0.8), stages.mirostat({ version, tau, eta })];
  return [
    penaltiesOf(options, { penaltyLastN }),
    options.dry && options.dry.multiplier !== 0 ? stages.dry(options.dry) : undefined,
    topNSigma > 0 ? stages.keepTopNSigma(topNSigma) : undefined,
    best(topK, "lowestId", undefined),
    typical(typicalP, minKeep),
    nucleus(topP, "lowestId", minKeep),
    // No token is more than once as likely as the best: what stays is there for its own sake.
    minP > 1 ? best(minKeep || 1, "lowestId", undefined) : nearBest(minP, minKeep),
    xtcProbability <= 0 || xtcThreshold > 0.5 ? undefined : stages.xtc({
      probability: Math.min(1, xtcProbability),
      threshold: Math.max(0, xtcThreshold),
      ...least(minKeep),
    }),
    lastTemperature(options),
  ];
}

function transformers(options: PresetOptions): Stages {
  const { topK = 50, topP = 1, minP = 0, typicalP = 1, topH, epsilonCutoff = 0, etaCutoff = 0, minKeep } = options;
  return [
    penaltiesOf(options, {}),
    temperatureOf(options.temperature ?? 1),
    topH === undefined ? undefined : stages.keepTopH(topH),
    best(topK, "all", minKeep),
    nucleus(topP, "highestId", minKeep),
    nearBest(minP, minKeep),
    typical(typicalP, minKeep),
    isCutoff(epsilonCutoff) ? stages.keepEpsilon(epsilonCutoff, { ties: "all", ...least(minKeep) }) : undefined,
    isCutoff(etaCutoff) ? stages.keepEta(etaCutoff, { ties: "all", ...least(minKeep) }) : undefined,
  ];
}

function vllm(options: PresetOptions): Stages {
  const { temperature = 1, topK = 0, topP = 1, minP = 0, minKeep } = options;
  return [
    penaltiesOf(options, { counts: "output" }),
    temperatureOf(temperature > 0 ? Math.max(0.01, temperature) : 0),
    nearBest(minP, minKeep),
    best(topK, "all", minKeep),
    nucleus(topP, "highestId", minKeep),
  ];
}

/** Nothing, or 0 as llama.cpp has it, leaves it to the stage. */
function least(minKeep: number | undefined): { minKeep?: number } {
  return minKeep ? { minKeep } : {};
}

function best(k: number, ties: Ties, minKeep: number | undefined): Stage | undefined {
  return k <= 0 ? undefined : stages.keepTopK(k, { ties, ...least(minKeep) });
}

function nucleus(p: number, ties: Ties, minKeep: number | undefined): Stage | undefined {
  // The best token alone holds a share of 0.
  if (p <= 0) return best(minKeep || 1, ties, undefined);
  return p >= 1 ? undefined : stages.keepTopP(p, { ties, ...least(minKeep) });
}

function typical(p: number, minKeep: number | undefined): Stage | undefined {
  // The first token holds the least share there is.
  return p >= 1 ? undefined : stages.keepTypical(Math.max(Number.MIN_VALUE, p), least(minKeep));
}

function nearBest(p: number, minKeep: number | undefined): Stage | undefined {
  return p <= 0 ? undefined : stages.keepMinP(p, least(minKeep));
}

function isCutoff(epsilon: number): boolean {
  return epsilon > 0 && epsilon < 1;
}

function temperatureOf(temperature: number): Stage | undefined {
  if (temperature === 1) return undefined;
  return stages.withTemperature(temperature > 0 ? Math.max(LEAST_TEMPERATURE, temperature) : 0);
}

function lastTemperature(
  { temperature = 0.8, dynatempRange: range = 0, dynatempExponent: exponent = 1 }: PresetOptions,
): Stage | undefined {
  if (range <= 0) return temperatureOf(temperature);
  const high = temperature + range;
  if (high <= 0) return stages.withTemperature(0);
  // Below 0 the range is cut off: what is left of it lies around its own middle.
  return stages.dynamicTemperature(
    temperature < 0 ? { temperature: high / 2, range: high / 2, exponent } : { temperature, range, exponent },
  );
}

function penaltiesOf(
  { repetitionPenalty = 1, frequencyPenalty = 0, presencePenalty = 0 }: PresetOptions,
  more: { penaltyLastN?: number; counts?: "output" },
): Stage | undefined {
  if (repetitionPenalty === 1 && frequencyPenalty === 0 && presencePenalty === 0) return undefined;
  return stages.penalties({ repetitionPenalty, frequencyPenalty, presencePenalty, ...more });
}
