// Which options each preset has, and which values its system takes.
import { unaliased } from "../../core/inside.ts";
import { checkOption, optionsOf } from "../../core/mod.ts";
import { checkWord } from "../stages/_refuse.ts";
import { PRESET_TABLE } from "./_preset_table.ts";
import type { PresetName, PresetOptions } from "./preset_options.ts";

/** The presets. */
export const PRESET_NAMES: readonly PresetName[] = ["llama.cpp", "transformers", "vllm"];

/**
 * The options by their own names. Refuses a preset's name, an option that the preset has not, and a value that its system refuses, whether
 * or not its stage is switched on.
 */
export function checkPreset(name: PresetName, given: PresetOptions): PresetOptions {
  checkWord("preset", "name", name, PRESET_NAMES);
  const where = `preset "${name}"`;
  const table = Object.fromEntries(
    Object.entries(PRESET_TABLE).flatMap(([option, { takes, ...row }]) =>
      takes[name] ? [[option, { ...row, ...takes[name] }]] : []
    ),
  );
  const { options, spelled } = unaliased(where, table, given);
  // Inherited ones too: they are read as well.
  for (const option in optionsOf(where, options, Object.keys(table))) {
    const value = options[option];
    if (value !== undefined) checkOption(where, spelled[option] ?? option, table[option], value);
  }
  return options;
}
