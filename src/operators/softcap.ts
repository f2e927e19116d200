import { define, type Operator, operatorStream } from "../core/mod.ts";
import { blockwise } from "../core/inside.ts";

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
  return softcapDefinition.call({}, cap);
}

/** Its row of the catalogue. */
export const softcapDefinition = /* @__PURE__ */ define({
  name: "softcap",
  kind: "operator",
  help: "cap * tanh(x / cap)",
  options: {
    cap: {
      type: "number",
      above: 0,
      wanted: "a finite number greater than 0",
      argument: true,
      sole: true,
      help: "above 0",
    },
  },
  make({ cap }, spec): Operator {
    const operator: Operator = {
      spec,
      apply: blockwise({ applyBlock: (kernels, at, count) => kernels.softcap(at, count, cap) }),
      stream: () => operatorStream([operator]),
    };
    return operator;
  },
});
