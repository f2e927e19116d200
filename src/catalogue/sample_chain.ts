import { optionsOf } from "../core/mod.ts";
import { preset, type PresetName, type PresetOptions } from "../sampling/mod.ts";
import { chainFrom } from "./chain_from.ts";

/** Where a chain comes from: `stages`, or else a preset. */
export interface SampleChainOptions {
  /** A list of stages as JSON has it: see {@linkcode chainFrom}. */
  readonly stages?: unknown;
  /** A preset; without one the plain softmax of all tokens, changed by the options. */
  readonly preset?: PresetName | undefined;
  /** What differs from the preset. */
  readonly options?: PresetOptions;
}

/**
 * The chain that the command line and the service sample with: stages that were written down, or a preset and what differs.
 *
 * @example Nothing said keeps every token
 * ```ts
 * import { sampleChain } from "@sluice/sluice/catalogue";
 * import { sampler } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * const row = Float32Array.of(1, 2, 3);
 * assertEquals(sampler({ chain: sampleChain({}) }).distribution(row).ids.length, 3);
 * const stages = JSON.parse('[{ "name": "keepTopK", "k": 2 }, { "name": "softcap", "cap": 30 }]');
 * assertEquals(sampler({ chain: sampleChain({ stages }) }).distribution(row).ids.length, 2);
 * ```
 *
 * @param source The stages, or the preset.
 * @returns The chain, for `sampler`.
 * @throws {ParameterError} If a stage, a preset or an option is unknown or out of range.
 */
export function sampleChain(source: SampleChainOptions = {}): ReturnType<typeof chainFrom> {
  const { stages, preset: name, options = {} } = optionsOf("sampleChain", source, ["stages", "preset", "options"]);
  if (stages !== undefined) return chainFrom(stages);
  return preset(name ?? "transformers", name ? options : { topK: 0, ...options });
}
