import { define, type Reducer } from "../core/mod.ts";
import { crossOf, klOf } from "./_cross.ts";
import { overlapRead } from "./_overlap.ts";
import { hasNone, P, Q } from "./_pair.ts";
import { STATELESS } from "./_stateless.ts";

/** Options of {@linkcode jsDivergence}. */
export interface JsDivergenceOptions {
  /** The weight of p in the mixture, from 0 to 1; 0.5 when absent. */
  readonly weight?: number;
  /**
   * What a weight of 0 or 1 gives: `"zero"` (the default), which the formula gives, or `"kl"`: of 0 KL(p || q) and of 1 KL(q || p), as the
   * distillation losses of TRL and Liger do, with p the teacher.
   */
  readonly ends?: "zero" | "kl";
}

/**
 * Jensen-Shannon divergence of two models' rows: `w KL(p || m) + (1 - w) KL(q || m)` with the mixture `m = w p + (1 - w) q`, in nats; of weight 1/2 it
 * is symmetric, and at most ln 2.
 *
 * As distillation's generalised divergence `jsDivergence("teacher", "student", { weight: beta })`.
 *
 * Needs: two aligned streams, and a second read, for both sums must be known (not at the ends). Gives: a number from 0 on, one a row.
 * Specials: a masked token weighs 0, so that it is finite whatever the masks (at the ends `"kl"`: as {@linkcode klDivergence}); NaN where either row
 * has NaN or +Infinity, or no allowed token, and from a state, which has had no second read.
 * Accuracy: 2e-6 against float64. Cost: two reads of both rows, and one and a half sweeps. State: an exact sum.
 * Source: Lin 1991; Agarwal et al. 2024, GKD.
 *
 * @example Rows that have nothing in common
 * ```ts
 * import { jsDivergence, reduceRow } from "@sluice/sluice";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const rows = { a: Float32Array.of(0, -Infinity), b: Float32Array.of(-Infinity, 0) };
 * assertAlmostEquals(reduceRow(rows, { js: jsDivergence("a", "b") }).js, Math.LN2, 1e-6);
 * ```
 *
 * @param p The stream whose softmax is p.
 * @param q The stream whose softmax is q.
 * @param options Weight, what the ends give.
 * @returns The reducer.
 * @throws {ParameterError} If an option does not fit, or a name is not text; as the row is reduced, if there is no such stream.
 */
export function jsDivergence(p: string, q: string, options: JsDivergenceOptions = {}): Reducer<number, null> {
  return jsDivergenceDefinition.call(options, p, q);
}

/** Its row of the catalogue. */
export const jsDivergenceDefinition = /* @__PURE__ */ define({
  name: "jsDivergence",
  kind: "reducer",
  help: "Jensen-Shannon divergence of two streams",
  options: {
    p: P,
    q: Q,
    weight: { type: "number", least: 0, most: 1, default: 0.5, help: "the weight of p in the mixture" },
    ends: { type: "choice", words: ["zero", "kl"], default: "zero", help: "what a weight of 0 or 1 gives" },
  },
  result: { type: "number", help: "the divergence, in nats" },
  make({ p, q, weight, ends }, spec): Reducer<number, null> {
    if (weight === 0 || weight === 1) {
      return endOf(spec, ends === "zero" ? undefined : weight === 0 ? [p, q] : [q, p], [p, q]);
    }
    return {
      spec,
      streams: [p, q],
      needs: "sum",
      ...STATELESS,
      finish: () => NaN,
      secondRead: "it needs the sum of each row first",
      second(_state, row) {
        if (hasNone(row, row.of(q))) return undefined;
        return overlapRead(
          "jsDivergenceRead",
          [p, q],
          row,
          { kind: 1, share: weight },
          ({ terms }) => Math.max(0, terms),
        );
      },
    };
  },
});

/** What a weight of 0 or 1 gives: a divergence in a direction, or 0. */
function endOf(
  spec: Reducer<number>["spec"],
  direction: readonly [string, string] | undefined,
  streams: readonly [string, string],
): Reducer<number, null> {
  const cross = direction && crossOf(...direction, "gap", false);
  return {
    spec,
    streams,
    needs: "sum",
    ...(cross ? { facts: [cross.fact] } : {}),
    ...STATELESS,
    finish(_state, row) {
      if (hasNone(row, row.of(streams[1]))) return NaN;
      if (!cross) return 0;
      return klOf(cross.read(row), row.of(direction[0]), row.of(direction[1]));
    },
  };
}
