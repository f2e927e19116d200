import { define, type Reducer } from "../core/mod.ts";
import { coMomentsFact } from "./_co_moments.ts";
import { FIRST, hasNone, SECOND } from "./_pair.ts";
import { STATELESS } from "./_stateless.ts";

/**
 * Pearson correlation of two rows of logits: `sum (x - mean x)(t - mean t) / (|x - mean x| |t - mean t|)`, the cosine of the centred rows, from -1 to 1.
 *
 * Adaptive guidance watches it between a conditional and an unconditional pass: where the two agree, the second may be left out.
 *
 * Needs: two aligned streams. Gives: a number from -1 to 1, one a row.
 * Specials: ids that are masked in either are left out; NaN where a row has no variance, NaN or +Infinity, or no allowed token.
 * Accuracy: 1e-12. Cost: one read, about 4 ns a logit (float64, no SIMD), shared with {@linkcode pearsonDistance} and {@linkcode cosineSimilarity}.
 * Source: Pearson 1895.
 *
 * @example An offset does not count
 * ```ts
 * import { correlation, reduceRow } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = { a: Float32Array.of(1, 2, 3), b: Float32Array.of(105, 103, 101) };
 * assertEquals(reduceRow(rows, { r: correlation("a", "b") }).r, -1);
 * ```
 *
 * @param first One stream.
 * @param second The other.
 * @returns The reducer.
 * @throws {ParameterError} If a name is not text; as the row is reduced, if there is no such stream.
 */
export function correlation(first: string, second: string): Reducer<number, null> {
  return correlationDefinition.call({}, first, second);
}

/** Its row of the catalogue. */
export const correlationDefinition = /* @__PURE__ */ define({
  name: "correlation",
  kind: "reducer",
  help: "Pearson correlation of two streams' logits",
  options: { first: FIRST, second: SECOND },
  result: { type: "number", help: "the correlation, from -1 to 1" },
  make({ first, second }, spec): Reducer<number, null> {
    const sums = coMomentsFact(first, second);
    return {
      spec,
      streams: [first, second],
      facts: [sums],
      ...STATELESS,
      finish: (_state, row) => hasNone(row, row.of(second)) ? NaN : 1 - row.know(sums).centredDistance,
    };
  },
});
