import { shown } from "../core/mod.ts";
import { PRESET_OPTIONS } from "./_preset_options.ts";
import { checkCount, checkWord, optionsOf, refuse } from "./_refuse.ts";
import { within } from "./_within.ts";
import { dry } from "./dry.ts";
import { dynamicTemperature } from "./dynamic_temperature.ts";
import { keepEpsilon } from "./keep_epsilon.ts";
import { keepEta } from "./keep_eta.ts";
import { keepMinP } from "./keep_min_p.ts";
import { keepTopH } from "./keep_top_h.ts";
import { keepTopNSigma } from "./keep_top_n_sigma.ts";
import { keepTopP } from "./keep_top_p.ts";
import { keepTypical } from "./keep_typical.ts";
import { mirostat } from "./mirostat.ts";
import { penalties } from "./penalties.ts";
import type { PresetName, PresetOptions } from "./preset.ts";
import { withTemperature } from "./with_temperature.ts";
import { xtc } from "./xtc.ts";

/** Refuses a name, an option that the preset has not, and a value out of range, whether or not its stage is switched on. */
export function checkPreset(name: PresetName, options: PresetOptions): void {
  checkWord("preset", "name", name, Object.keys(PRESET_OPTIONS));
  const where = `preset "${name}"`;
  for (const [option, value] of Object.entries(optionsOf(where, options, PRESET_OPTIONS[name]))) {
    if (value !== undefined) CHECKS[option as keyof PresetOptions](value, where, option);
  }
}

// deno-lint-ignore no-explicit-any
type Check = (value: any, where: string, option: string) => unknown;

/** The option is one of a stage: what that refuses is refused here, but for what switches it off. */
// deno-lint-ignore no-explicit-any
function by(stage: (value: any) => unknown, none = ""): Check {
  return (value, where, option) =>
    within(`Cannot use ${where} with ${option} = ${shown(value)}`, () => stage(value), none);
}

function whole(wanted: string): Check {
  return (value, where, option) => Number.isSafeInteger(value) || refuse(where, option, value, wanted);
}

const ZERO = ", or 0 for none";

const CHECKS: Readonly<Record<keyof PresetOptions, Check>> = {
  temperature: by(withTemperature),
  dynatempRange: by((range) => dynamicTemperature({ temperature: 1, range })),
  dynatempExponent: by((exponent) => dynamicTemperature({ temperature: 1, range: 0, exponent })),
  topK: whole("a whole number, 0 or less for none"),
  topP: by(keepTopP),
  minP: by((p) => p === 0 || keepMinP(p), ZERO),
  typicalP: by(keepTypical),
  topNSigma: by((n) => Number.isFinite(n) && n <= 0 || keepTopNSigma(n), ", or 0 or less for none"),
  xtcProbability: by((probability) => xtc({ probability, threshold: 0.1 })),
  xtcThreshold: by((threshold) => xtc({ probability: 0, threshold })),
  topH: by(keepTopH),
  epsilonCutoff: by((epsilon) => epsilon === 0 || keepEpsilon(epsilon), ZERO),
  etaCutoff: by((epsilon) => epsilon === 0 || keepEta(epsilon), ZERO),
  repetitionPenalty: by((repetition) => penalties({ repetition })),
  frequencyPenalty: by((frequency) => penalties({ frequency })),
  presencePenalty: by((presence) => penalties({ presence })),
  penaltyLastN: whole("a whole number, less than 0 for all tokens"),
  dry: by(dry),
  mirostat: by((version) => version === 0 || mirostat({ version }), ZERO),
  mirostatTau: by((tau) => mirostat({ tau })),
  mirostatEta: by((eta) => mirostat({ eta })),
  minKeep: (value, where, option) => checkCount(where, option, value, 1),
};
