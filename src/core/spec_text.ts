import type { Spec } from "./spec.ts";

/** Writes non-finite numbers as strings, so that `NaN` and `Infinity` do not become `null`. */
function plain(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

/**
 * A spec as one line of text: equal specs give equal text.
 *
 * @example One parameter, no inputs
 * ```ts
 * import { specText } from "@sluice/sluice/core";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(specText({ name: "topK", params: { k: 5 }, inputs: [] }), 'topK({"k":5})');
 * ```
 *
 * @param spec The spec to write.
 * @returns `name(params, inputs...)`.
 */
export function specText(spec: Spec): string {
  const keys = Object.keys(spec.params).sort();
  const sorted = Object.fromEntries(keys.map((key) => [key, spec.params[key]]));
  const inputs = spec.inputs.map((input) => ", " + specText(input)).join("");
  return `${spec.name}(${JSON.stringify(sorted, plain)}${inputs})`;
}
