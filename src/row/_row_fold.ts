import type { Kernels } from "../../kernels/mod.ts";
import type { Fact, Reducer } from "../core/mod.ts";
import { Facts } from "./_facts.ts";
import { isInvalid } from "./_invalid_row.ts";
import type { Fragment } from "./_part.ts";
import type { ReducerSet } from "./_reducer_set.ts";
import { type Run, viewOf } from "./_run.ts";
import { type StreamData, StreamSum } from "./_stream_sum.ts";
import { SweptBlock } from "./_swept_block.ts";

/** What a fold holds, as plain data. */
export interface FoldData {
  /** A body a stream. */
  readonly streams: readonly StreamData[];
  /** The states of the reducers and of their facts, in their order. */
  readonly states: readonly unknown[];
}

type Second = NonNullable<ReturnType<NonNullable<ReducerSet["reducers"][number]["second"]>>>;

/** The product of the engine's own reduction (a sum a stream) and the caller's reducers, over whole tiles of one row. */
export class RowFold {
  readonly #set: ReducerSet;
  readonly #kernels: Kernels;
  readonly #sums: readonly StreamSum[];
  #row: number;
  #states: unknown[];

  constructor(set: ReducerSet, kernels: Kernels, row: number, data?: FoldData) {
    this.#set = set;
    this.#kernels = kernels;
    this.#row = row;
    this.#sums = set.levels.map((level, stream) => new StreamSum(kernels, level, data?.streams[stream]));
    this.#states = data ? [...data.states] : set.folded.map((folded) => folded.init(row));
  }

  /** Begins another row. */
  reset(row: number): void {
    this.#row = row;
    for (const sum of this.#sums) sum.reset();
    const { folded } = this.#set;
    for (let i = 0; i < folded.length; i++) {
      const one = folded[i];
      if ("renew" in one && one.renew) one.renew(this.#states[i], row);
      else this.#states[i] = one.init(row);
    }
  }

  /** Gives back what it has of the arena: its facts are gone, the reducers' states are not. */
  close(): void {
    for (const sum of this.#sums) sum.close();
  }

  /** Folds whole tiles that lie in the arena: one sweep a stream, then every reducer over its findings. */
  block({ lanes, at, count, row, start, by }: Run): void {
    const { levels, weighed } = this.#set;
    const blocks: SweptBlock[] = [];
    for (let stream = 0; stream < levels.length; stream++) {
      const lane = lanes[stream], weights = weighed[stream] ? lane.mapped : undefined;
      const block = new SweptBlock(this.#kernels, levels[stream], lane, at[stream], count, row, start, by, weights);
      this.#sums[stream].add(block, lane.table, block.sweep(lane.table));
      blocks.push(block);
    }
    this.#step(blocks);
  }

  #step(blocks: readonly SweptBlock[]): void {
    const { folded, inputs, streams } = this.#set;
    for (let i = 0; i < folded.length; i++) {
      const one = folded[i], state = this.#states[i];
      const own = streams ? inputs[i].map((stream) => blocks[stream]) : blocks;
      if (one.stepBlock) one.stepBlock(state, ...own);
      else {
        for (let tile = 0; tile < blocks[0].tiles; tile++) {
          (one as Reducer<unknown>).step(state, ...own.map((block) => block.segment(tile)));
        }
      }
    }
  }

  /** Folds one tile whose logits lie elsewhere. */
  tile(fragment: Fragment, start: number): void {
    const values = fragment.values();
    this.#kernels.arena.lendMany(values.length, (lanes) => {
      const at = lanes.map(({ stage }) => stage);
      values.forEach((logits, stream) => viewOf(this.#kernels, at[stream], logits.length).set(logits));
      this.block({ lanes, at, count: fragment.length, row: this.#row, start });
    });
  }

  /** Adds what another fold holds. Exact: any order gives the same bits. */
  absorb(other: RowFold): void {
    // The reducers first: one that throws leaves no slot behind that a sum has taken.
    this.#set.folded.forEach((folded, i) => folded.merge(this.#states[i], other.#states[i] as object));
    this.#sums.forEach((sum, stream) => sum.absorb(other.#sums[stream]));
  }

  /** A fold of its own with the same content. */
  clone(): RowFold {
    const copy = new RowFold(this.#set, this.#kernels, this.#row);
    copy.absorb(this);
    return copy;
  }

  /** What is known of each stream of the row. Changes nothing. */
  facts(count: number, vocabulary: number): Facts[] {
    const extent = { index: this.#row, count, vocabulary };
    const facts = this.#sums.map((sum) => sum.facts(extent));
    const { streams } = this.#set;
    if (streams) {
      const known = new Map<number, unknown>();
      Facts.align({ streams, facts, know: (fact) => this.#know(fact, facts, known) });
    }
    return facts;
  }

  /** What a fact tells, which is found out when it is asked for. */
  #know(fact: Fact<unknown>, facts: readonly Facts[], known: Map<number, unknown>): unknown {
    const place = this.#set.placeOf(fact);
    if (!known.has(place)) {
      const { folded, inputs } = this.#set;
      known.set(place, folded[place].finish(this.#states[place] as object, facts[inputs[place][0]]));
    }
    return known.get(place);
  }

  /** Each reducer's result, in order. Changes nothing. */
  results(facts: readonly Facts[]): unknown[] {
    const { reducers, inputs } = this.#set;
    const results = new Array<unknown>(reducers.length);
    for (let i = 0; i < reducers.length; i++) {
      results[i] = reducers[i].finish(this.#states[i] as object, facts[inputs[i][0]]);
    }
    return results;
  }

  /** The reducers that want the row again, by their position; none of a stream that is invalid. */
  seconds(facts: readonly Facts[]): [number, Second][] {
    const { reducers, inputs } = this.#set;
    return reducers.flatMap((reducer, i): [number, Second][] => {
      if (inputs[i].some((stream) => isInvalid(facts[stream]))) return [];
      const second = reducer.second?.(this.#states[i] as object, facts[inputs[i][0]]);
      return second ? [[i, second]] : [];
    });
  }

  /** The content as plain data: the reducers' live states, not copies. */
  data(): FoldData {
    return { streams: this.#sums.map((sum) => sum.data()), states: this.#states };
  }
}
