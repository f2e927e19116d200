import { Column, holding, isHeld, type Kernels, TILE, TILES } from "../../kernels/mod.ts";
import { type Block, countInvalid, ParameterError, type RowFacts, type Segment } from "../core/mod.ts";
import { Accumulator } from "./_accumulator.ts";
import type { Values } from "./_part.ts";
import type { ReducerSet } from "./_reducer_set.ts";

/** A view of logits in the arena. */
export function viewOf(kernels: Kernels, at: number, count: number): Values {
  return kernels.element === "f64"
    ? new Float64Array(kernels.memory, at, count)
    : new Float32Array(kernels.memory, at, count);
}

/** A run of whole tiles of one row, after the sweep. */
class SweptBlock implements Block {
  readonly tiles: number;
  #values: Values | undefined;

  constructor(
    readonly kernels: Kernels,
    readonly level: Block["level"],
    readonly table: Float64Array,
    readonly at: number,
    readonly count: number,
    readonly row: number,
    readonly start: number,
  ) {
    this.tiles = Math.ceil(count / TILE);
  }

  get values(): Values {
    return this.#values ??= viewOf(this.kernels, this.at, this.count);
  }

  /** Tile by tile, for reducers that have no `stepBlock`. */
  *segments(): Generator<Segment> {
    for (let from = 0; from < this.count; from += TILE) {
      yield { values: this.values.subarray(from, from + TILE), row: this.row, start: this.start + from };
    }
  }
}

/** What a fold is, as plain data. */
export interface FoldData {
  readonly sum: Uint8Array;
  readonly nan: number;
  readonly posInf: number;
  readonly firstInvalid: number | undefined;
  readonly states: readonly unknown[];
}

/** The product of the engine's own reduction (exact sum, invalid logits) and the caller's reducers, over whole tiles of one row. */
export class RowFold {
  readonly #set: ReducerSet;
  readonly #kernels: Kernels;
  readonly #sum: Accumulator;
  readonly #table: Float64Array;
  readonly #out: Float64Array;
  #row: number;
  #states: unknown[];
  #nan = 0;
  #posInf = 0;
  #firstInvalid: number | undefined;

  constructor(set: ReducerSet, kernels: Kernels, row: number, data?: FoldData) {
    const { arena, memory } = kernels;
    this.#set = set;
    this.#kernels = kernels;
    this.#row = row;
    this.#sum = new Accumulator(kernels, data?.sum);
    this.#table = new Float64Array(memory, arena.table, TILES * Column.stride);
    this.#out = new Float64Array(memory, arena.out, 8);
    this.#states = data ? [...data.states] : set.reducers.map((reducer) => reducer.init(row));
    this.#nan = data?.nan ?? 0;
    this.#posInf = data?.posInf ?? 0;
    this.#firstInvalid = data?.firstInvalid;
  }

  /** Begins another row. */
  reset(row: number): void {
    this.#row = row;
    this.#sum.clear();
    this.#nan = 0;
    this.#posInf = 0;
    this.#firstInvalid = undefined;
    holding(this.#kernels, () => this.#renew(row));
  }

  #renew(row: number): void {
    const { reducers } = this.#set;
    for (let i = 0; i < reducers.length; i++) {
      const reducer = reducers[i];
      if (reducer.renew) reducer.renew(this.#states[i], row);
      else this.#states[i] = reducer.init(row);
    }
  }

  /** Folds whole tiles that lie in the arena: one sweep, then every reducer over its findings. */
  block(at: number, count: number, start: number): void {
    this.#requireFree();
    const { level } = this.#set;
    const { table } = this.#kernels.arena;
    const invalid = this.#kernels.sweep(level, at, count, table);
    const block = new SweptBlock(this.#kernels, level, this.#table, at, count, this.#row, start);
    if (invalid > 0) this.#countInvalid(block);
    this.#sum.deposit(level, block.tiles);
    holding(this.#kernels, () => this.#step(block));
  }

  #requireFree(): void {
    if (!isHeld(this.#kernels)) return;
    throw new ParameterError("Cannot merge or finish states within a step or an operator: do it when the row is done");
  }

  #step(block: SweptBlock): void {
    const { reducers } = this.#set;
    for (let i = 0; i < reducers.length; i++) {
      const reducer = reducers[i];
      if (reducer.stepBlock) reducer.stepBlock(this.#states[i], block);
      else for (const segment of block.segments()) reducer.step(this.#states[i], segment);
    }
  }

  /** Folds one tile that lies elsewhere. */
  tile(values: Values, start: number): void {
    this.#requireFree();
    const at = this.#kernels.arena.mapped;
    viewOf(this.#kernels, at, values.length).set(values);
    this.block(at, values.length, start);
  }

  #countInvalid(block: SweptBlock): void {
    const { nan, posInf } = countInvalid(block);
    this.#nan += nan;
    this.#posInf += posInf;
    const id = block.start + block.values.findIndex((x) => !(x < Infinity));
    if (this.#firstInvalid === undefined || id < this.#firstInvalid) this.#firstInvalid = id;
  }

  /** Adds what another fold holds. Exact: any order gives the same bits. */
  absorb(other: RowFold): void {
    this.#sum.absorb(other.#sum);
    this.#nan += other.#nan;
    this.#posInf += other.#posInf;
    const id = other.#firstInvalid;
    if (id !== undefined && !(this.#firstInvalid! <= id)) this.#firstInvalid = id;
    this.#set.reducers.forEach((reducer, i) => reducer.merge(this.#states[i], other.#states[i] as object));
  }

  /** A fold of its own with the same content. */
  clone(): RowFold {
    const copy = new RowFold(this.#set, this.#kernels, this.#row);
    copy.absorb(this);
    return copy;
  }

  /** What is known of the row. Changes nothing. */
  facts(count: number, vocabulary: number): RowFacts {
    this.#sum.total();
    const out = this.#out, nan = this.#nan, posInf = this.#posInf;
    const maximum = out[0];
    const summed = this.#set.level !== "maximum";
    return {
      index: this.#row,
      count,
      vocabulary,
      partial: count < vocabulary,
      maximum: nan > 0 ? NaN : posInf > 0 ? Infinity : maximum,
      logSum: nan > 0 || posInf > 0 || !summed ? NaN : out[5],
      mantissa: out[1],
      exponent: out[2],
      mean: out[3],
      meanSquare: out[4],
      nan,
      posInf,
      allMasked: nan === 0 && posInf === 0 && maximum === -Infinity,
      firstInvalid: this.#firstInvalid,
    };
  }

  /** Each reducer's result, in order. Changes nothing. */
  results(facts: RowFacts): unknown[] {
    const { reducers } = this.#set;
    const results = new Array<unknown>(reducers.length);
    for (let i = 0; i < reducers.length; i++) results[i] = reducers[i].finish(this.#states[i] as object, facts);
    return results;
  }

  /** The reducers that want the row again, by their position. */
  seconds(facts: RowFacts): [number, NonNullable<ReturnType<NonNullable<ReducerSet["reducers"][number]["second"]>>>][] {
    return this.#set.reducers.flatMap((reducer, i) => {
      const second = reducer.second?.(this.#states[i] as object, facts);
      return second ? [[i, second] as [number, typeof second]] : [];
    });
  }

  /** The content as plain data: live state, not a copy. */
  data(): FoldData {
    return {
      sum: this.#sum.bytes(),
      nan: this.#nan,
      posInf: this.#posInf,
      firstInvalid: this.#firstInvalid,
      states: this.#states,
    };
  }
}
