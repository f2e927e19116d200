import { define, type Reducer } from "../core/mod.ts";
import { coMomentsFact } from "./_co_moments.ts";
import { FIRST, hasNone, SECOND } from "./_pair.ts";
import { STATELESS } from "./_stateless.ts";

/**
 * Cosine similarity of two rows of logits as they are: `sum x t / (|x| |t|)`, from -1 to 1. It depends on an offset of either row, which the
 * softmax does not: {@linkcode correlation} is the same of the centred rows.
 *
 * Needs: two aligned streams. Gives: a number from -1 to 1, one a row.
 * Specials: ids that are masked in either are left out; NaN where all logits of a row are 0, and where it has NaN or +Infinity, or no allowed token.
 * Accuracy: 1e-12. Cost: one read, about 4 ns a logit (float64, no SIMD), shared with {@linkcode correlation}.
 *
 * @example At right angles
 * ```ts
 * import { cosineSimilarity, reduceRow } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = { a: Float32Array.of(1, 2), b: Float32Array.of(-2, 1) };
 * assertEquals(reduceRow(rows, { cosine: cosineSimilarity("a", "b") }).cosine, 0);
 * ```
 *
 * @param first One stream.
 * @param second The other.
 * @returns The reducer.
 * @throws {ParameterError} If a name is not text; as the row is reduced, if there is no such stream.
 */
export function cosineSimilarity(first: string, second: string): Reducer<number, null> {
  return cosineSimilarityDefinition.call({}, first, second);
}

/** Its row of the catalogue. */
export const cosineSimilarityDefinition = /* @__PURE__ */ define({
  name: "cosineSimilarity",
  kind: "reducer",
  help: "cosine of the angle between two streams' logits",
  options: { first: FIRST, second: SECOND },
  result: { type: "number", help: "the cosine, from -1 to 1" },
  make({ first, second }, spec): Reducer<number, null> {
    const sums = coMomentsFact(first, second);
    return {
      spec,
      streams: [first, second],
      facts: [sums],
      ...STATELESS,
      finish: (_state, row) => hasNone(row, row.of(second)) ? NaN : 1 - row.know(sums).distance,
    };
  },
});
