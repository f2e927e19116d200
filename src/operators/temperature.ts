import { inArena, type Operator, operatorStream, ParameterError, type Segment, shown } from "../core/mod.ts";

/**
 * Divides every logit by a temperature: `x' = x / fround(T)` in float32, as torch, llama.cpp and vLLM compute it (f64 rows: `x / T`),
 * exactly the same on every path.
 *
 * Below 1 it sharpens the softmax, above 1 it flattens it. -Infinity stays masked; NaN and +Infinity stay what they are.
 * Cost: one pass over a tile that is in cache already.
 *
 * @example Half the temperature doubles the logits
 * ```ts
 * import { temperature } from "@sluice/sluice/operators";
 * import { fromArray } from "@sluice/sluice/sources";
 * import { assertEquals } from "@std/assert";
 *
 * const logits = fromArray(Float32Array.of(1, -2, -Infinity)).pipe(temperature(0.5));
 * const [chunk] = await Array.fromAsync(logits.open());
 * assertEquals(chunk.data, Float32Array.of(2, -4, -Infinity));
 * ```
 *
 * @param temperature A finite number greater than 0, in float32 too.
 * @returns The operator.
 * @throws {ParameterError} If it is not: for temperature 0 take the argmax (greedy) instead.
 */
export function temperature(temperature: number): Operator {
  if (!isTemperature(temperature)) {
    const hint = temperature === 0 ? "; for 0 take the argmax (greedy)" : "";
    throw new ParameterError(
      `Cannot use temperature ${shown(temperature)}: wanted a finite number greater than 0, in float32 too${hint}`,
    );
  }
  function apply({ values }: Segment): void {
    inArena(values, (kernels, at, count) => kernels.divide(at, count, temperature));
  }
  const operator: Operator = {
    spec: { name: "temperature", params: { temperature }, inputs: [] },
    apply,
    stream: () => operatorStream([operator]),
  };
  return operator;
}

/** Whether float32 has it as a number to divide by. */
function isTemperature(temperature: unknown): boolean {
  if (typeof temperature !== "number") return false;
  const rounded = Math.fround(temperature);
  return rounded > 0 && rounded < Infinity;
}
