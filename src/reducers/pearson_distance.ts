import { define, type Reducer } from "../core/mod.ts";
import { coMomentsFact } from "./_co_moments.ts";
import { FIRST, hasNone, SECOND } from "./_pair.ts";
import { STATELESS } from "./_stateless.ts";

/**
 * Pearson distance of two rows of logits: `sqrt((1 - r) / 2)`, r their {@linkcode correlation}: from 0, the same but for a positive scale and
 * an offset, to 1, the opposite. It is half the distance of the rows when each is centred and divided by its length.
 *
 * Needs: two aligned streams. Gives: a number from 0 to 1, one a row.
 * Specials: ids that are masked in either are left out; a row without variance is half away from every other, and 0 from another such; NaN where
 * either row has NaN or +Infinity, or no allowed token.
 * Accuracy: 1e-12, for equal rows too: nothing cancels. Cost: one read, about 4 ns a logit (float64, no SIMD). State: six exact whole numbers.
 * Source: Skalse et al. 2024, STARC, the distance of rewards, here of rows.
 *
 * @example A scale and an offset do not count
 * ```ts
 * import { pearsonDistance, reduceRow } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = { a: Float32Array.of(1, 2, 4), b: Float32Array.of(12, 14, 18), c: Float32Array.of(-1, -2, -4) };
 * const row = reduceRow(rows, { same: pearsonDistance("a", "b"), opposite: pearsonDistance("a", "c") });
 * assertEquals([row.same, row.opposite], [0, 1]);
 * ```
 *
 * @param first One stream.
 * @param second The other.
 * @returns The reducer.
 * @throws {ParameterError} If a name is not text; as the row is reduced, if there is no such stream.
 */
export function pearsonDistance(first: string, second: string): Reducer<number, null> {
  return pearsonDistanceDefinition.call({}, first, second);
}

/** Its row of the catalogue. */
export const pearsonDistanceDefinition = /* @__PURE__ */ define({
  name: "pearsonDistance",
  kind: "reducer",
  help: "distance of two streams' logits but for scale and offset",
  options: { first: FIRST, second: SECOND },
  result: { type: "number", help: "sqrt((1 - r) / 2), from 0 to 1" },
  make({ first, second }, spec): Reducer<number, null> {
    const sums = coMomentsFact(first, second);
    return {
      spec,
      streams: [first, second],
      facts: [sums],
      ...STATELESS,
      finish(_state, row) {
        if (hasNone(row, row.of(second))) return NaN;
        const { centredDistance, flat } = row.know(sums);
        return flat > 0 ? (2 - flat) / 2 : Math.sqrt(centredDistance / 2);
      },
    };
  },
});
