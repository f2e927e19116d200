import { exp } from "../../kernels/mod.ts";
import { define, type Reducer } from "../core/mod.ts";
import { rowEntropy } from "./_information.ts";
import { stateless } from "./_stateless.ts";

/**
 * Perplexity of the softmax of a row, `e^H`: how many equally likely tokens would be as uncertain, from 1 to V.
 * (For the perplexity of a text see `label`.)
 *
 * Specials, accuracy and cost: as `entropy`, beside which it is free.
 *
 * @example A fair die of three sides
 * ```ts
 * import { fromArray, perplexity, reduce } from "@sluice/sluice";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const [row] = await Array.fromAsync(reduce(fromArray([5, 5, 5]), { perplexity: perplexity() }));
 * assertAlmostEquals(row.perplexity, 3, 1e-5);
 * ```
 *
 * @returns The reducer.
 */
export function perplexity(): Reducer<number, null> {
  return perplexityDefinition.call({});
}

/** Its row of the catalogue. */
export const perplexityDefinition = /* @__PURE__ */ define({
  name: "perplexity",
  kind: "reducer",
  help: "how many equally likely tokens would be as uncertain",
  options: {},
  result: { type: "number", help: "the perplexity of the row" },
  make(_options, spec): Reducer<number, null> {
    return stateless(spec, "moments", (row) => exp(rowEntropy(row)));
  },
});
