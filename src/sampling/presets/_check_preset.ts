// Which options each preset has, and which values its system takes.
import { checkOption, optionsOf } from "../../core/mod.ts";
import { checkWord } from "../stages/_refuse.ts";
import { PRESET_OPTIONS, type PresetName, type PresetOptions } from "./preset_options.ts";

/** The presets. */
export const PRESET_NAMES: readonly PresetName[] = ["llama.cpp", "transformers", "vllm"];

/** The options of a preset, in the order in which they are listed. */
export function optionNamesOf(preset: PresetName): (keyof PresetOptions)[] {
  const names = Object.keys(PRESET_OPTIONS) as (keyof PresetOptions)[];
  return names.filter((name) => PRESET_OPTIONS[name][preset]);
}

/** Refuses a name, an option that the preset has not, and a value that its system refuses, whether or not its stage is switched on. */
export function checkPreset(name: PresetName, options: PresetOptions): void {
  checkWord("preset", "name", name, PRESET_NAMES);
  const where = `preset "${name}"`;
  for (const [option, value] of Object.entries(optionsOf(where, options, optionNamesOf(name)))) {
    if (value === undefined) continue;
    const { help, [name]: takes } = PRESET_OPTIONS[option as keyof PresetOptions];
    checkOption(where, option, { ...takes!, help }, value);
  }
}
