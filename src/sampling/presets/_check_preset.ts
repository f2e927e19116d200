// Which options each preset has, and which values its system takes.
import { shown } from "../../core/mod.ts";
import { checkWord, optionsOf, refuse } from "../stages/_refuse.ts";
import { within } from "../stages/_within.ts";
import { dry, type DryOptions } from "../stages/dry.ts";
import type { PresetName, PresetOptions } from "./preset_options.ts";

/** Refuses a name, an option that the preset has not, and a value that its system refuses, whether or not its stage is switched on. */
export function checkPreset(name: PresetName, options: PresetOptions): void {
  checkWord("preset", "name", name, Object.keys(CHECKS));
  const where = `preset "${name}"`;
  for (const [option, value] of Object.entries(optionsOf(where, options, Object.keys(CHECKS[name])))) {
    if (value !== undefined) CHECKS[name][option as keyof PresetOptions]!(value, where, option);
  }
}

type Check = (value: unknown, where: string, option: string) => unknown;

/** A finite number that passes a test. */
function finite(wanted = "a finite number", takes: (x: number) => boolean = () => true): Check {
  return (value, where, option) =>
    (Number.isFinite(value) && takes(value as number)) || refuse(where, option, value, wanted);
}

function whole(wanted: string, least = -Infinity): Check {
  return (value, where, option) =>
    (Number.isSafeInteger(value) && value as number >= least) || refuse(where, option, value, wanted);
}

const above: Check = finite("a finite number above 0", (x) => x > 0);
const share: Check = finite("a number above 0, at most 1", (p) => p > 0 && p <= 1);
const shareOrNone: Check = finite("a number from 0 (none) to 1", (p) => p >= 0 && p <= 1);
const fromOneOff: Check = finite("a finite number, 1 or more for none");
const upToZeroOff: Check = finite("a finite number, 0 or less for none");
const cutoff: Check = finite("a finite number, for none one that does not lie between 0 and 1");
const aroundZero: Check = finite("a number from -2 to 2", (x) => Math.abs(x) <= 2);
const atLeastOne: Check = whole("a whole number of at least 1", 1);

/** Refuses what `dry` refuses, but for a multiplier of 0, which switches it off here. */
function checkDry(options: DryOptions): void {
  dry(options?.multiplier === 0 ? { ...options, multiplier: 1 } : options);
}

/**
 * The options of each preset, in the order in which they are listed, and what its system takes. The stages may be stricter: `preset` gives
 * them what they take.
 */
export const CHECKS: Readonly<Record<PresetName, Readonly<Partial<Record<keyof PresetOptions, Check>>>>> = {
  "llama.cpp": {
    temperature: finite("a finite number, 0 or less for greedy"),
    topK: whole("a whole number, 0 or less for none"),
    topP: fromOneOff,
    minP: upToZeroOff,
    repetitionPenalty: above,
    minKeep: whole("a whole number of at least 0", 0),
    typicalP: fromOneOff,
    topNSigma: upToZeroOff,
    xtcProbability: upToZeroOff,
    xtcThreshold: finite("a finite number, above 0.5 for none"),
    dynatempRange: upToZeroOff,
    dynatempExponent: finite(),
    frequencyPenalty: finite(),
    presencePenalty: finite(),
    penaltyLastN: whole("a whole number of at least 0, or -1 for all tokens", -1),
    dry: (value, where) =>
      within(`Cannot use ${where} with dry = ${shown(value)}`, () => checkDry(value as DryOptions)),
    mirostat: finite("1 or 2, or 0 for none", (version) => [0, 1, 2].includes(version)),
    mirostatTau: finite(),
    mirostatEta: finite(),
  },
  transformers: {
    temperature: finite("a finite number of at least 0 (0 is greedy)", (x) => x >= 0),
    topK: whole("a whole number of at least 0 (none)", 0),
    topP: finite("a finite number of at least 0, 1 or more for none", (p) => p >= 0),
    minP: shareOrNone,
    repetitionPenalty: above,
    minKeep: atLeastOne,
    typicalP: finite("a finite number above 0, 1 or more for none", (p) => p > 0),
    topH: share,
    epsilonCutoff: cutoff,
    etaCutoff: cutoff,
  },
  vllm: {
    temperature: finite("a number from 0 (greedy) to 2", (x) => x >= 0 && x <= 2),
    topK: whole("a whole number of at least 1, or 0 or -1 for none", -1),
    topP: share,
    minP: shareOrNone,
    repetitionPenalty: above,
    minKeep: atLeastOne,
    frequencyPenalty: aroundZero,
    presencePenalty: aroundZero,
  },
};
