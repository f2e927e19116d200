import { define } from "../../core/mod.ts";
import { refuse } from "./_refuse.ts";
import type { Stage } from "./stage.ts";
import { divideEdit, LEAST_TEMPERATURE } from "./_temperature.ts";

/**
 * Divides every logit by a temperature: `x' = x / fround(T)` (f64 rows: `x / T`). Below 1 it sharpens, above 1 it flattens; 0 is greedy: the largest logit alone
 * stays (of equal ones the lowest id).
 *
 * Before the first truncator it is the operator `temperature`, which divides in the row's dtype; after one it divides in float64, which
 * changes neither order nor ties; but where a stage behind it edits more than 256 kept logits, the row is read again, divided and rounded
 * to its dtype. Its place matters: llama.cpp puts it last, transformers and vLLM first.
 * Cost: at the front one more pass over the row's tiles; behind a truncator to 256 tokens nothing, behind a wider one
 * another sweep.
 *
 * @example Half the temperature, and none
 * ```ts
 * import { sampler, withTemperature } from "@sluice/sluice/sampling";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const { probabilities } = sampler({ chain: [withTemperature(0.5)] }).distribution(Float32Array.of(0, 1));
 * assertAlmostEquals(probabilities[0], 1 / (1 + Math.exp(-2)), 1e-6);
 * assertEquals(sampler({ chain: [withTemperature(0)] }).draw(Float32Array.of(3, 7, 7)).id, 1);
 * ```
 *
 * @param temperature 0, or a finite number of at least 1e-20.
 * @returns The stage.
 * @throws {ParameterError} If it is not.
 */
export function withTemperature(temperature: number): Stage {
  return withTemperatureDefinition.call({}, temperature);
}

/** Its row of the catalogue. */
export const withTemperatureDefinition = /* @__PURE__ */ define({
  name: "withTemperature",
  kind: "stage",
  help: "divide the logits; 0 is greedy",
  options: {
    temperature: { type: "number", least: 0, hint: " (0 is greedy)", argument: true, help: "what they are divided by" },
  },
  make({ temperature }, spec): Stage {
    if (temperature === 0) return { spec, most: 1, cut: (ladder) => ladder.keepCount(1, "lowestId") };
    if (temperature < LEAST_TEMPERATURE) {
      const wanted = `0 (greedy) or a number of at least ${LEAST_TEMPERATURE}`;
      refuse("withTemperature", "temperature", temperature, wanted);
    }
    return {
      spec,
      divisor: temperature,
      edit: () => divideEdit(temperature),
      cut: (ladder) => ladder.scale(temperature),
    };
  },
});
