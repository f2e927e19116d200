import { alignedKernels, Column } from "../../kernels/mod.ts";
import { type Block, type Fact, type RowFacts, type Spec, wholeFault } from "../core/mod.ts";
import {
  addPairBlock,
  type ExactMoments,
  exactMoments,
  exactMomentsFault,
  meanOf,
  mergeMoments,
  varianceOf,
} from "./_exact_moments.ts";
import { logSumGap } from "./_pair.ts";

/** What the softmax of one stream, p, makes of another, q. */
export interface Cross {
  /** `E_p[x - t]`, or `E_p[t]`, in nats, t the logit of q. Of ids that are allowed in both. */
  readonly mean: number;
  /** The variance of the same; 0 unless squares were asked for. */
  readonly variance: number;
  /** How many ids are allowed in p and masked in q: they are left out of both. */
  readonly apart: number;
}

interface CrossState {
  readonly sums: ExactMoments;
  apart: number;
}

/** The mean of `x - t` (`"gap"`) or of `t` (`"logit"`) under the softmax of p, and its variance where `squares` are wanted. */
export function crossFact(p: string, q: string, of: "gap" | "logit", squares: boolean): Fact<Cross, CrossState> {
  const spec: Spec = { name: "cross", params: { p, q, of, squares }, inputs: [] };
  return {
    spec,
    streams: [p, q],
    needs: "sum",
    weights: true,
    init: () => ({ sums: exactMoments(), apart: 0 }),
    stepBlock(state, own, other) {
      const { kernels, at, count, table, tiles } = own;
      alignedKernels(kernels).cross(
        at,
        own.weights!,
        other.at,
        count,
        addressOf(own),
        addressOf(other),
        of === "gap",
        squares,
      );
      addPairBlock(state.sums, own);
      for (let tile = 0; tile < tiles; tile++) state.apart += table[tile * Column.stride + Column.apart];
    },
    merge(into, { sums, apart }) {
      mergeMoments(into.sums, sums);
      into.apart += apart;
    },
    validate: ({ sums, apart }, folded) =>
      exactMomentsFault(sums, folded) ?? wholeFault("apart", apart, 0, folded.count),
    finish: ({ sums, apart }) => ({ mean: meanOf(sums), variance: squares ? varianceOf(sums) : 0, apart }),
  };
}

/** `KL(p || q) = E_p[x - t] - (L(x) - L(t))`, from the fact of their gap; +Infinity where an id of p is masked in q. */
export function klOf({ mean, apart }: Cross, p: RowFacts, q: RowFacts): number {
  // Less than 0 is rounding.
  return apart > 0 ? Infinity : Math.max(0, mean - logSumGap(p, q));
}

/** Where a block's table lies. */
export function addressOf({ table }: Block): number {
  return table.byteOffset;
}
