import { exp } from "../../kernels/mod.ts";
import { define, type RowMap } from "../core/mod.ts";

/**
 * The softmax as a second read: `p = e^(x - max) / sum e^(x - max)`. What `normalize` maps with.
 *
 * Specials: -Infinity becomes 0; results below 2^-126 may be 0. Accuracy: 3e-6 relative above 1e-37.
 * Cost: one write a logit, and one exponential where the weights of the first read could not be kept.
 *
 * @example Equal logits share evenly
 * ```ts
 * import { fromArray, map, softmax } from "@sluice/sluice";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const [{ data }] = await Array.fromAsync(map(fromArray([2, 2]), softmax()).open());
 * assertAlmostEquals(data[0], 0.5, 1e-6);
 * ```
 *
 * @returns The map.
 */
export function softmax(): RowMap {
  return softmaxDefinition.call({});
}

/** Its row of the catalogue. */
export const softmaxDefinition = /* @__PURE__ */ define({
  name: "softmax",
  kind: "map",
  help: "probabilities",
  options: {},
  make(_options, spec): RowMap {
    return {
      spec,
      needs: "sum",
      share: true,
      emit({ values }, out, { maximum, logSum }) {
        const scale = exp(-logSum);
        for (let i = 0; i < values.length; i++) out[i] = exp(values[i] - maximum) * scale;
      },
      emitBlock: (kernels, at, count, to, { mantissa, exponent }) =>
        kernels.probabilities(at, count, to, mantissa, exponent),
    };
  },
});
