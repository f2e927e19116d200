import {
  type Block,
  type Folded,
  type Reducer,
  type RowFacts,
  type Segment,
  type Spec,
  wholeFault,
} from "../core/mod.ts";
import { logitAt } from "../row/inside.ts";
import { type Heap, heapFault, heapOf, offer, scanBlock, sortedHeap } from "../row/mod.ts";

/** One known token of a row. */
export interface TargetScore {
  /** Its id. */
  readonly id: number;
  /** Its logit; NaN if the part that was read does not hold it. */
  readonly logit: number;
  /** `(logit - maximum) - logSum`, in nats: -Infinity for a masked token, NaN in an invalid row (or one with no allowed token). */
  readonly logprob: number;
  /** 1 + how many logits are larger, if asked for; `undefined` where one read of a part cannot tell. */
  readonly rank?: number | undefined;
}

/** Its fields, as data. */
export const SCORE_FIELDS = {
  id: { type: "id", help: "the token" },
  logit: { type: "number", help: "its logit" },
  logprob: { type: "number", help: "its log-probability, in nats" },
  rank: { type: "whole", help: "1 + how many logits are larger, if asked for", optional: true },
} as const;

/** The logits of some ids, and the row's best where ranks are wanted. */
interface Picked {
  /** The ids, as asked for. */
  readonly ids: readonly number[];
  /** Their logits, once seen. */
  readonly logits: Float64Array;
  /** Which have been seen: 0 or 1. */
  readonly seen: Uint8Array;
  /** The best logits of the row: decides the ranks of the likely. */
  readonly best: Heap | null;
}

/** How many of the best are kept to decide ranks without a second read. */
const BEST = 64;

/** Nothing picked yet. */
function pickedOf(ids: readonly number[], rank: boolean): Picked {
  return {
    ids,
    logits: new Float64Array(ids.length),
    seen: new Uint8Array(ids.length),
    best: rank ? heapOf(BEST) : null,
  };
}

/** Looks for the ids among `count` logits from id `start` on. A block makes a view of its logits only if one is asked for. */
function pick(
  { ids, logits, seen }: Picked,
  { start, count }: Pick<Block, "start" | "count">,
  logitOf: (position: number) => number,
): void {
  for (let i = 0; i < ids.length; i++) {
    const at = ids[i] - start;
    if (at < 0 || at >= count) continue;
    logits[i] = logitOf(at);
    seen[i] = 1;
  }
}

/** Looks for the ids in one tile. */
function pickSegment(state: Picked, { values, start }: Segment): void {
  pick(state, { start, count: values.length }, (at) => values[at]);
  if (state.best) values.forEach((value, i) => value > -Infinity && offer(state.best!, value, start + i));
}

/** Looks for the ids in a run of tiles. */
function pickBlock(state: Picked, block: Block): void {
  pick(state, block, (at) => logitAt(block, at));
  if (state.best) scanBlock(state.best, block);
}

/** Takes over what another has seen. */
function mergePicked(into: Picked, from: Readonly<Picked>): void {
  for (let i = 0; i < from.ids.length; i++) {
    if (from.seen[i] === 0) continue;
    into.logits[i] = from.logits[i];
    into.seen[i] = 1;
  }
  const { best } = from;
  if (best && into.best) { for (let i = 0; i < best.size; i++) offer(into.best, best.values[i], best.ids[i]); }
}

/** The same state in one order. */
function canonicalPicked(state: Readonly<Picked>): Picked {
  return { ...state, best: state.best && sortedHeap(state.best) };
}

/** What is wrong with a state that was made for these ids. */
function pickedFault(
  { ids, logits, seen, best }: Readonly<Picked>,
  wanted: readonly number[],
  rank: boolean,
  folded: Folded,
): string | undefined {
  if (ids.length !== wanted.length || ids.some((id, i) => id !== wanted[i])) return "ids are not those of the reducer";
  const fault = wholeFault("the length of logits", logits.length, ids.length, ids.length) ??
    wholeFault("the length of seen", seen.length, ids.length, ids.length) ??
    heapFault("best.", best, rank ? BEST : 0, folded);
  if (fault) return fault;
  for (let i = 0; i < ids.length; i++) {
    const read = Number(folded.has(ids[i]));
    if (seen[i] !== read) return `seen of id ${ids[i]} is ${seen[i]}, wanted ${read}`;
    const fits = Number.isNaN(logits[i]) ? folded.nan > 0 : logits[i] <= folded.maximum;
    if (read && !fits) return `the logit of id ${ids[i]} is ${logits[i]}, wanted at most ${folded.maximum}`;
  }
}

/** 1 + how many logits are larger, if the best tell. */
function rankFromBest(best: Heap, logit: number): number | undefined {
  // Were there fewer candidates than room, all unmasked logits are held.
  const known = best.size < best.k || logit >= best.values[0];
  return known ? 1 + best.values.subarray(0, best.size).filter((value) => value > logit).length : undefined;
}

/** The scores, with ranks where they are asked for and known. */
function scoresOf(state: Readonly<Picked>, row: RowFacts, ranks?: readonly number[]): TargetScore[] {
  return state.ids.map((id, i) => {
    const logit = state.seen[i] ? state.logits[i] : NaN;
    const score = { id, logit, logprob: logprobOf(logit, row) };
    if (!state.best) return score;
    if (row.nan > 0) return { ...score, rank: undefined };
    return { ...score, rank: ranks?.[i] ?? (row.partial ? undefined : rankFromBest(state.best, logit)) };
  });
}

function logprobOf(logit: number, { nan, maximum, logSum }: RowFacts): number {
  return nan > 0 ? NaN : logit - maximum - logSum;
}

/** A second read that counts the larger logits, if the best do not tell; gives the scores with all ranks. */
function rankReducer<R>(
  spec: Spec,
  state: Readonly<Picked>,
  row: RowFacts,
  finish: (scores: TargetScore[]) => R,
): Reducer<R> | undefined {
  const open = scoresOf(state, row).some(({ rank, logit }) => rank === undefined && !Number.isNaN(logit));
  if (!state.best || row.partial || !open) return undefined;
  const { logits } = state;
  return {
    spec: { name: "rank", params: { logits: [...logits] }, inputs: [spec] },
    needs: "maximum",
    init: () => ({ greater: new Float64Array(logits.length) }),
    step({ greater }, { values }) {
      logits.forEach((logit, i) => values.forEach((value) => greater[i] += Number(value > logit)));
    },
    stepBlock({ greater }, { kernels, at, count }) {
      logits.forEach((logit, i) => greater[i] += kernels.countGreater(at, count, logit));
    },
    merge(into, from) {
      from.greater.forEach((count: number, i: number) => into.greater[i] += count);
    },
    finish: ({ greater }) => finish(scoresOf(state, row, Array.from(greater, (count: number) => 1 + count))),
  } as Reducer<R, { greater: Float64Array }>;
}

/** How `target` and `label` differ. */
interface PickedParts<R> {
  /** Whether ranks are wanted. */
  readonly rank: boolean;
  /** The result is a list. */
  readonly list: boolean;
  /** The ids to pick from a row. */
  idsOf(row: number): readonly number[];
  /** Refuses logits that do not fit. */
  check(vocabulary: number, rows: number | undefined): void;
  /** The result, of the scores. */
  result(scores: readonly TargetScore[]): R;
}

/** A reducer that picks ids from each row. */
export function pickedReducer<R>(spec: Spec, { rank, list, idsOf, check, result }: PickedParts<R>): Reducer<R, Picked> {
  return {
    spec,
    needs: "sum",
    fields: { names: ["id", "logit", "logprob", ...(rank ? ["rank"] : [])], ...(list ? { list } : {}) },
    check,
    init: (row) => pickedOf(idsOf(row), rank),
    step: pickSegment,
    stepBlock: pickBlock,
    merge: mergePicked,
    canonical: canonicalPicked,
    validate: (state, folded) => pickedFault(state, idsOf(folded.row), rank, folded),
    finish: (state, row) => result(scoresOf(state, row)),
    ...(rank
      ? {
        secondRead: `the rank of a ${spec.name} that is not among the row's 64 best`,
        second: (state, row) => rankReducer(spec, state, row, result),
      }
      : {}),
  };
}
