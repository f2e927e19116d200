import { alignedKernels, Column, exp } from "../../kernels/mod.ts";
import { type Fact, type Spec, wholeFault } from "../core/mod.ts";
import { addressOf } from "./_cross.ts";
import {
  addMoments,
  type ExactMoments,
  exactMoments,
  exactMomentsFault,
  lnOfWeights,
  mergeMoments,
} from "./_exact_moments.ts";

/** The sum of exponentials of an affine combination of two streams. */
export interface Combination {
  /** `ln sum e^(by x + otherBy t)`, in nats, over the ids that no stream with a factor above 0 masks; -Infinity of none. */
  readonly logSumExp: number;
  /** How many of those are masked in a stream with a factor below 0, and would make it infinite: they are left out. */
  readonly apart: number;
}

interface CombinationState {
  readonly sums: ExactMoments;
  apart: number;
  /** The base of the exponents, of whoever folded. */
  readonly base: { hi: number; lo: number };
}

/** `ln sum e^(by x + otherBy t)` of the logits x and t of two streams; neither factor is 0. */
export function combinationFact(
  first: string,
  second: string,
  by: number,
  otherBy: number,
): Fact<Combination, CombinationState> {
  const spec: Spec = { name: "combination", params: { first, second, by, otherBy }, inputs: [] };
  return {
    spec,
    streams: [first, second],
    init: () => ({ sums: exactMoments(), apart: 0, base: { hi: Math.LOG2E, lo: 0 } }),
    stepBlock(state, own, other) {
      const { kernels, at, count, tiles, table } = own;
      state.base.hi = kernels.base.hi;
      state.base.lo = kernels.base.lo;
      kernels.arena.lend(({ stage, table: rows, rows: swept }) => {
        alignedKernels(kernels).combineCentred(
          at,
          other.at,
          count,
          addressOf(own),
          addressOf(other),
          by,
          otherBy,
          stage,
        );
        kernels.sweep("sum", stage, count, rows);
        for (let row = 0; row < tiles * Column.stride; row += Column.stride) {
          state.apart += swept[row + Column.posInf];
          const offset = by * topOf(table[row + Column.maximum]) + otherBy * topOf(other.table[row + Column.maximum]);
          addTile(state, swept[row + Column.mantissa], swept[row + Column.exponent], offset);
        }
      });
    },
    merge(into, { sums, apart, base }) {
      mergeMoments(into.sums, sums);
      into.apart += apart;
      if (sums.top > -Infinity) Object.assign(into.base, base);
    },
    validate: ({ sums, apart, base: { hi, lo } }, folded) =>
      exactMomentsFault(sums, folded) ?? wholeFault("apart", apart, 0, folded.count) ??
        (Math.abs(hi + lo - Math.LOG2E) < 1e-7 ? undefined : `base is ${hi} + ${lo}, wanted about log2 e`),
    finish: ({ sums, apart, base }) => ({ logSumExp: lnOfWeights(sums, base), apart }),
  };
}

/** The largest logit of a tile as the kernel takes it off: 0 where all are masked. */
function topOf(maximum: number): number {
  return maximum > -Infinity ? maximum : 0;
}

/** Adds `mantissa * 2^exponent * e^offset`, by the base that the mantissa was made with. */
function addTile({ sums, base }: CombinationState, mantissa: number, exponent: number, offset: number): void {
  if (!(mantissa > 0)) return;
  const binades = offset * base.hi, whole = Math.floor(binades);
  const weight = mantissa * exp((binades - whole) * Math.LN2);
  const over = weight >= 2 ? 1 : 0;
  addMoments(sums, exponent + whole + over, over ? weight / 2 : weight, 0, 0);
}
