import { PRESET_NAMES } from "./_check_preset.ts";
import { PRESET_TABLE } from "./_preset_table.ts";
import type { PresetName, PresetOptions } from "./preset_options.ts";

/**
 * The presets that have an option: what a form or a command line may offer beside it. The others refuse it.
 *
 * @example An option of one system, and one of all
 * ```ts
 * import { presetsWith } from "@sluice/sluice/sampling";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(presetsWith("topNSigma"), ["llama.cpp"]);
 * assertEquals(presetsWith("topP"), ["llama.cpp", "transformers", "vllm"]);
 * ```
 *
 * @param option The option's name, or its alias.
 * @returns The presets' names.
 */
export function presetsWith(option: keyof PresetOptions): PresetName[] {
  const row = Object.entries(PRESET_TABLE).find(([name, { alias = name }]) => name === option || alias === option);
  return PRESET_NAMES.filter((name) => row?.[1].takes[name]);
}
