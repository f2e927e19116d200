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

/** Sums by the weights of one stream. */
interface Side {
  readonly sums: ExactMoments;
  apart: number;
}

/** Those of both. */
type Sides = readonly [Side, Side];

/** A fact of two streams, and what it tells of one direction. */
export interface CrossOf {
  readonly fact: Fact<unknown>;
  read(row: RowFacts): Cross;
}

/** The mean of `x - t` (`"gap"`) or of `t` (`"logit"`) under the softmax of p, and its variance where `squares` are wanted. */
export function crossOf(p: string, q: string, of: "gap" | "logit", squares: boolean): CrossOf {
  // Of a gap both directions come from the same loop: the fact is the same whichever is asked for.
  const turned = of === "gap" && q < p;
  const fact = crossFact(turned ? [q, p] : [p, q], of, squares);
  return {
    fact,
    read(row) {
      const { sums, apart } = row.know(fact)[turned ? 1 : 0];
      return { mean: meanOf(sums), variance: squares ? varianceOf(sums) : 0, apart };
    },
  };
}

function crossFact(streams: readonly [string, string], of: "gap" | "logit", squares: boolean): Fact<Sides, Sides> {
  const spec: Spec = { name: "cross", params: { streams, of, squares }, inputs: [] };
  return {
    spec,
    streams,
    needs: "sum",
    weights: true,
    init: () => [{ sums: exactMoments(), apart: 0 }, { sums: exactMoments(), apart: 0 }],
    stepBlock(sides, ...blocks) {
      const [own, other] = blocks, { kernels, at, count } = own;
      const tables = [addressOf(own), addressOf(other)] as const;
      alignedKernels(kernels)
        .cross(at, own.weights!, other.at, other.weights!, count, ...tables, of === "gap", squares);
      // Of a mean of logits only the first direction has a meaning.
      addSide(sides[0], own);
      if (of === "gap") addSide(sides[1], other);
    },
    merge(into, from) {
      into.forEach((side, i) => {
        mergeMoments(side.sums, from[i].sums);
        side.apart += from[i].apart;
      });
    },
    validate(sides, folded) {
      for (const { sums, apart } of sides) {
        const fault = exactMomentsFault(sums, folded) ?? wholeFault("apart", apart, 0, folded.count);
        if (fault) return fault;
      }
    },
    finish: (sides) => sides,
  };
}

function addSide(side: Side, block: Block): void {
  addPairBlock(side.sums, block);
  for (let tile = 0; tile < block.tiles; tile++) side.apart += block.table[tile * Column.stride + Column.apart];
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
