import { checkPositive, inArena, type Operator, operatorStream, type Segment } from "../core/mod.ts";

/**
 * Bounds every logit smoothly: `x' = c * tanh(x / c)`, rounded once.
 *
 * Small logits hardly change, large ones end between -c and c. -Infinity stays masked, NaN stays NaN, +Infinity becomes c.
 * Source: the logit soft-capping of Gemma 2 (Gemma Team 2024, section 2).
 *
 * @example Large logits stop at 30, masks stay
 * ```ts
 * import { softcap } from "@sluice/sluice/operators";
 * import { fromArray } from "@sluice/sluice/sources";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const logits = fromArray(Float32Array.of(3, 1000, -Infinity)).pipe(softcap(30));
 * const [{ data }] = await Array.fromAsync(logits.open());
 * assertAlmostEquals(data[0], 30 * Math.tanh(0.1), 1e-6);
 * assertEquals([...data.subarray(1)], [30, -Infinity]);
 * ```
 *
 * @param cap The bound c: a finite number greater than 0.
 * @returns The operator.
 * @throws {ParameterError} If it is not.
 */
export function softcap(cap: number): Operator {
  checkPositive("softcap", cap);
  function apply({ values }: Segment): void {
    inArena(values, (kernels, at, count) => kernels.softcap(at, count, cap));
  }
  const operator: Operator = {
    spec: { name: "softcap", params: { cap }, inputs: [] },
    apply,
    stream: () => operatorStream([operator]),
  };
  return operator;
}
