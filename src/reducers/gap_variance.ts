import { define, type Reducer } from "../core/mod.ts";
import { crossOf } from "./_cross.ts";
import { hasNone, P, Q } from "./_pair.ts";
import { STATELESS } from "./_stateless.ts";

/**
 * Variance of the difference of two models' logits under the softmax of the first: `Var_p[x - t]`, in nats squared. A constant offset between
 * the models does not count.
 *
 * Of the end points of a model soup it tells how far averaging the weights is from averaging the logits; of a model and its quantisation, how
 * uneven the noise is where it matters. To the second order `KL(p || q)` is half of it.
 *
 * Needs: two aligned streams. Gives: a number from 0 on, one a row.
 * Specials: as {@linkcode klDivergence}; +Infinity where an id that p allows is masked in q.
 * Accuracy: 2e-6 against float64, relative or absolute; for an offset between the streams of more than 1e4 it grows with its square, to 1e-5 at 1e5.
 * Cost: one read, beside {@linkcode klDivergence} next to nothing. State: an exact signed sum.
 * Source: Wortsman et al. 2022, model soups.
 *
 * @example One logit in two moves by 2
 * ```ts
 * import { gapVariance, reduceRow } from "@sluice/sluice";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const rows = { a: Float32Array.of(0, 0), b: Float32Array.of(0, 2) };
 * assertAlmostEquals(reduceRow(rows, { moved: gapVariance("a", "b") }).moved, 1, 1e-6);
 * ```
 *
 * @param p The stream whose softmax weighs.
 * @param q The stream that it is compared with.
 * @returns The reducer.
 * @throws {ParameterError} If a name is not text; as the row is reduced, if there is no such stream.
 */
export function gapVariance(p: string, q: string): Reducer<number, null> {
  return gapVarianceDefinition.call({}, p, q);
}

/** Its row of the catalogue. */
export const gapVarianceDefinition = /* @__PURE__ */ define({
  name: "gapVariance",
  kind: "reducer",
  help: "variance of the difference of two streams' logits",
  options: { p: P, q: Q },
  result: { type: "number", help: "the variance under p, in nats squared" },
  make({ p, q }, spec): Reducer<number, null> {
    const cross = crossOf(p, q, "gap", true);
    return {
      spec,
      streams: [p, q],
      facts: [cross.fact],
      ...STATELESS,
      finish(_state, row) {
        if (hasNone(row, row.of(q))) return NaN;
        const { variance, apart } = cross.read(row);
        return apart > 0 ? Infinity : variance;
      },
    };
  },
});
