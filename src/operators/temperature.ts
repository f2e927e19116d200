import { define, type Operator, operatorStream } from "../core/mod.ts";
import { blockwise } from "../core/inside.ts";

/**
 * Divides every logit by a temperature: `x' = x / fround(T)` in float32, as torch, llama.cpp and vLLM compute it (f64 rows: `x / T`),
 * exactly the same on every path.
 *
 * Below 1 it sharpens the softmax, above 1 it flattens it. -Infinity stays masked; NaN and +Infinity stay what they are.
 * Cost: as the last operator a division inside the sweep, a quarter of log-sum-exp; the best k are chosen first, and only what may be among
 * them is divided. Before other operators one pass over a run of tiles that is in cache already.
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
  return temperatureDefinition.call({}, temperature);
}

/** Its row of the catalogue. */
export const temperatureDefinition = /* @__PURE__ */ define({
  name: "temperature",
  kind: "operator",
  help: "divides the logits by a temperature above 0",
  options: {
    temperature: {
      type: "number",
      above: 0,
      float32: true,
      wanted: "a finite number greater than 0, in float32 too; for 0 take the argmax (greedy)",
      argument: true,
      sole: true,
      help: "what they are divided by",
    },
  },
  make({ temperature }, spec): Operator {
    const operator: Operator = {
      spec,
      apply: blockwise({
        applyBlock: (kernels, at, count) => kernels.divide(at, count, temperature),
        divisor: temperature,
      }),
      stream: () => operatorStream([operator]),
    };
    return operator;
  },
});
