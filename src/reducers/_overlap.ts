import { alignedKernels, Column } from "../../kernels/mod.ts";
import type { Fact, Reducer, RowFacts, Spec } from "../core/mod.ts";
import { addressOf } from "./_cross.ts";
import {
  addMoments,
  type ExactMoments,
  exactMoments,
  exactMomentsFault,
  mergeMoments,
  signedSumsOf,
} from "./_exact_moments.ts";
import { logSumGap } from "./_pair.ts";
import { STATELESS } from "./_stateless.ts";

/** What beside `sum min(p, q)` is summed: nothing, the terms of a mixture, or those of the relative entropy. */
export type OverlapTerms = { readonly kind: 0 | 2 } | { readonly kind: 1; readonly share: number };

/** What two softmaxes have in common. */
export interface Overlap {
  /** `sum min(p, q)`. */
  readonly common: number;
  /** The sum of the terms asked for. */
  readonly terms: number;
}

/** What a second read of two rows tells, once both of their sums are known. */
function overlapFact(
  p: RowFacts,
  q: RowFacts,
  streams: readonly [string, string],
  terms: OverlapTerms,
): Fact<Overlap, ExactMoments> {
  const { kind, share } = { share: 0.5, ...terms };
  // What is the same either way is one fact.
  if (kind < 2 && streams[1] < streams[0]) {
    const turned = terms.kind === 1 ? { kind: 1 as const, share: 1 - share } : terms;
    return overlapFact(q, p, [streams[1], streams[0]], turned);
  }
  const spec: Spec = { name: "overlap", params: { streams, kind, share }, inputs: [] };
  const gap = logSumGap(p, q);
  return {
    spec,
    streams,
    needs: "sum",
    weights: true,
    // All kinds sum what is common, to the same bits.
    servedBy: ({ name, params }) =>
      kind === 0 && name === spec.name && params.kind !== 0 && String(params.streams) === String(streams),
    init: exactMoments,
    stepBlock(state, own, other) {
      const { kernels, at, count, table } = own;
      alignedKernels(kernels).overlap(
        at,
        own.weights!,
        other.at,
        other.weights!,
        count,
        addressOf(own),
        addressOf(other),
        p.mantissa,
        p.exponent,
        q.mantissa,
        q.exponent,
        gap,
        kind,
        share,
      );
      for (let row = 0; row < own.tiles * Column.stride; row += Column.stride) {
        addMoments(state, 0, 1, table[row + Column.first], table[row + Column.second]);
      }
    },
    merge: mergeMoments,
    validate: exactMomentsFault,
    finish(state) {
      const { first, second } = signedSumsOf(state);
      return { common: first, terms: second };
    },
  };
}

/** A reducer for the second read of a row, which reads one fact alone. */
export function overlapRead(
  name: string,
  streams: readonly [string, string],
  row: RowFacts,
  terms: OverlapTerms,
  result: (overlap: Overlap) => number,
): Reducer<number, null> {
  const fact = overlapFact(row, row.of(streams[1]), streams, terms);
  return {
    spec: { name, params: { streams }, inputs: [] },
    streams,
    facts: [fact],
    ...STATELESS,
    finish: (_state, again) => result(again.know(fact)),
  };
}
