import { define, ParameterError, type Reducer } from "../core/mod.ts";
import { combinationFact } from "./_combination.ts";
import { hasNone, P, Q } from "./_pair.ts";
import { STATELESS } from "./_stateless.ts";

/** Options of {@linkcode renyiDivergence}. */
export interface RenyiDivergenceOptions {
  /** The order: above 0 and not 1. Of order 1 it is {@linkcode klDivergence}. */
  readonly alpha: number;
}

/**
 * Renyi divergence of order alpha of two models' rows: `D = ln(sum p^alpha q^(1 - alpha)) / (alpha - 1)`, in nats.
 *
 * Others follow from it: of order 1/2 it is twice the Bhattacharyya distance B, the squared Hellinger distance is `1 - e^-B`, and the chi-square
 * divergence `e^D - 1` of order 2.
 *
 * Needs: two aligned streams. Gives: a number from 0 on, one a row.
 * Specials: an id that is masked in both is absent; one that p allows and q masks makes it +Infinity for alpha above 1, and adds nothing below; +Infinity
 * where no id is allowed in both; NaN where either row has NaN or +Infinity, or no allowed token.
 * Accuracy: 4e-6 / |alpha - 1| against float64. Cost: one read, twice both log-sum-exps. State: an exact sum.
 * Formula: `(L(alpha x + (1 - alpha) t) - alpha L(x) - (1 - alpha) L(t)) / (alpha - 1)`, L the log-sum-exp. Source: Renyi 1961.
 *
 * @example Bhattacharyya and squared Hellinger distance
 * ```ts
 * import { reduceRow, renyiDivergence } from "@sluice/sluice";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const rows = { a: Float32Array.of(0, 0), b: Float32Array.of(0, Math.log(3)) };
 * const { half } = reduceRow(rows, { half: renyiDivergence("a", "b", { alpha: 0.5 }) });
 * const overlap = Math.sqrt(1 / 2 * 1 / 4) + Math.sqrt(1 / 2 * 3 / 4);
 * assertAlmostEquals(half / 2, -Math.log(overlap), 1e-5);
 * assertAlmostEquals(1 - Math.exp(-half / 2), 1 - overlap, 1e-5);
 * ```
 *
 * @param p The stream whose softmax is p.
 * @param q The stream whose softmax is q.
 * @param options The order.
 * @returns The reducer.
 * @throws {ParameterError} If alpha is not above 0, or is 1, or a name is not text; as the row is reduced, if there is no such stream.
 */
export function renyiDivergence(p: string, q: string, options: RenyiDivergenceOptions): Reducer<number, null> {
  return renyiDivergenceDefinition.call(options, p, q);
}

/** Its row of the catalogue. */
export const renyiDivergenceDefinition = /* @__PURE__ */ define({
  name: "renyiDivergence",
  kind: "reducer",
  help: "Renyi divergence of two streams",
  options: { p: P, q: Q, alpha: { type: "number", above: 0, help: "the order, not 1" } },
  result: { type: "number", help: "the divergence, in nats" },
  make({ p, q, alpha }, spec): Reducer<number, null> {
    if (alpha === 1) {
      throw new ParameterError(
        "Cannot use renyiDivergence with alpha = 1: of order 1 it is klDivergence, wanted another",
      );
    }
    const sum = combinationFact(p, q, alpha, 1 - alpha);
    return {
      spec,
      streams: [p, q],
      needs: "sum",
      facts: [sum],
      ...STATELESS,
      finish(_state, row) {
        const other = row.of(q);
        if (hasNone(row, other)) return NaN;
        const { logSumExp, apart } = row.know(sum);
        if (apart > 0) return Infinity;
        // Relative to both rows' largest logits, so that what is large cancels first.
        const offset = alpha * row.maximum + (1 - alpha) * other.maximum;
        const sums = alpha * row.logSum + (1 - alpha) * other.logSum;
        return Math.max(0, ((logSumExp - offset) - sums) / (alpha - 1));
      },
    };
  },
});
