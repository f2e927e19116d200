import { define, type Reducer } from "../core/mod.ts";
import { FIRST, hasNone, SECOND } from "./_pair.ts";
import { overlapRead } from "./_overlap.ts";
import { STATELESS } from "./_stateless.ts";

/**
 * Total variation distance of two models' rows: `TV = sum |p - q| / 2 = 1 - sum min(p, q)`, from 0 to 1.
 *
 * It is the share of tokens that speculative decoding is expected to reject when it drafts by one and verifies by the other. By Pinsker's inequality
 * its square is at most half of {@linkcode klDivergence}.
 *
 * Needs: two aligned streams, and a second read, for both sums must be known. Gives: a number from 0 to 1, one a row.
 * Specials: a masked token weighs 0; NaN where either row has NaN or +Infinity, or no allowed token, and from a state, which has had no second read.
 * Accuracy: 2e-6 against float64. Cost: two reads of both rows, and half a sweep. State: an exact sum.
 *
 * @example One token in four is another
 * ```ts
 * import { reduceRow, totalVariation } from "@sluice/sluice";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const rows = { draft: Float32Array.of(0, 0, 0, 0), target: Float32Array.of(0, 0, 0, -Infinity) };
 * assertAlmostEquals(reduceRow(rows, { rejected: totalVariation("draft", "target") }).rejected, 0.25, 1e-6);
 * ```
 *
 * @param first One stream.
 * @param second The other.
 * @returns The reducer.
 * @throws {ParameterError} If a name is not text; as the row is reduced, if there is no such stream.
 */
export function totalVariation(first: string, second: string): Reducer<number, null> {
  return totalVariationDefinition.call({}, first, second);
}

/** Its row of the catalogue. */
export const totalVariationDefinition = /* @__PURE__ */ define({
  name: "totalVariation",
  kind: "reducer",
  help: "total variation distance of two streams",
  options: { first: FIRST, second: SECOND },
  result: { type: "number", help: "the distance, from 0 to 1" },
  make({ first, second }, spec): Reducer<number, null> {
    return {
      spec,
      streams: [first, second],
      needs: "sum",
      ...STATELESS,
      finish: () => NaN,
      secondRead: "it needs the sum of each row first",
      second(_state, row) {
        if (hasNone(row, row.of(second))) return undefined;
        return overlapRead("totalVariationRead", [first, second], row, { kind: 0 }, ({ common }) =>
          // A rounding beyond the bounds is one.
          Math.min(1, Math.max(0, 1 - common)));
      },
    };
  },
});
