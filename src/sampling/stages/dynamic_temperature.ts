import { exp, ln } from "../../../kernels/mod.ts";
import { define } from "../../core/mod.ts";
import { refuse } from "./_refuse.ts";
import type { Stage } from "./stage.ts";
import { divideEdit, LEAST_TEMPERATURE } from "./_temperature.ts";

/** Options of {@linkcode dynamicTemperature}. */
export interface DynamicTemperatureOptions {
  /** The middle of the range of temperatures; a finite number of at least 0. */
  readonly temperature: number;
  /** Half its width, at least 0: from `max(0, temperature - range)` to `temperature + range`. */
  readonly range: number;
  /** The exponent of the normalized entropy: a finite number; 1 when absent. */
  readonly exponent?: number;
}

/** At this temperature, which a negative exponent may reach, all logits are equal. */
const HOTTEST = 1e300;

/**
 * A temperature from the entropy: `T = low + (high - low) (H / ln n)^exponent`, H the entropy of the kept tokens, n how many there are. A
 * sure row is sharpened, a diffuse one flattened. One token alone stays as it is. Where T comes out below 1e-20 the best token alone stays.
 *
 * As llama.cpp counts, n includes masked tokens, by -Infinity or top-n-sigma, unless another truncator has taken them away.
 *
 * Source: llama.cpp's extended temperature. Cost: behind a truncator that leaves at most 256 tokens nothing; else the sweep with
 * moments and two more reads.
 *
 * @example Equal logits stay equal at any temperature
 * ```ts
 * import { dynamicTemperature, sampler } from "@sluice/sluice/sampling";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const chain = [dynamicTemperature({ temperature: 1, range: 0.5 })];
 * const { probabilities } = sampler({ chain }).distribution(Float32Array.of(2, 2));
 * assertAlmostEquals(probabilities[0], 0.5, 1e-9);
 * ```
 *
 * @param options Temperature, range, exponent.
 * @returns The stage.
 * @throws {ParameterError} If an option is out of range.
 */
export function dynamicTemperature(options: DynamicTemperatureOptions): Stage {
  return dynamicTemperatureDefinition.call(options);
}

/** Its row of the catalogue. */
export const dynamicTemperatureDefinition = /* @__PURE__ */ define({
  name: "dynamicTemperature",
  kind: "stage",
  help: "a temperature that follows the entropy",
  options: {
    temperature: { type: "number", least: 0, help: "the middle of its range" },
    range: { type: "number", least: 0, help: "half the width of its range" },
    exponent: { type: "number", default: 1, help: "of the normalized entropy" },
  },
  make({ temperature, range, exponent }, spec): Stage {
    const low = Math.max(0, temperature - range), high = temperature + range;
    if (high === 0) refuse("dynamicTemperature", "temperature", temperature, "a range that reaches above 0");
    return {
      spec,
      exact: true,
      edits: true,
      cut(ladder) {
        if (ladder.count <= 1) return;
        const share = Math.min(1, ladder.entropy / ln(ladder.candidates));
        const power = exponent === 0 ? 1 : Math.min(HOTTEST, exp(exponent * ln(share)));
        const t = Math.min(HOTTEST, low + (high - low) * power);
        if (!(t >= LEAST_TEMPERATURE)) return ladder.keepCount(1, "lowestId");
        if (!ladder.listed) return { edits: [divideEdit(t)] };
        ladder.scale(t);
      },
    };
  },
});
