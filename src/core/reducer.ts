import type { Level } from "../../kernels/mod.ts";
import type { Block } from "./block.ts";
import type { Fact } from "./fact.ts";
import type { Folded } from "./folded.ts";
import type { RowFacts } from "./row_facts.ts";
import type { Segment } from "./segment.ts";
import type { Spec } from "./spec.ts";
import type { SweptRow } from "./swept_row.ts";

/**
 * A mergeable statistic of one row: a commutative monoid with a `finish`.
 *
 * ```text
 *  init ── step ── step ──┐
 *                         merge ── finish ── R
 *  init ── step ──────────┘
 * ```
 *
 * The engine hands over whole tiles of the absolute grid, each exactly once, in any order after a merge. A reducer whose
 * `merge` is exactly associative and commutative therefore gives the same bits for any chunking, cut and merge order.
 * The sum of exponentials, its moments, the maximum and the invalid logits are the engine's: a reducer says what it needs
 * and reads them in `finish`, so that several reducers share one sweep.
 *
 * @typeParam R The result.
 * @typeParam S The state: a flat record of numbers, booleans, bigints, plain or typed arrays, so that it can be saved and sent.
 *   A field stays what `init` makes it: a state that is loaded must have the same fields, of the same kinds. What may be of several
 *   kinds, or an open list or record, begins as `null`, `[]` or `{}`.
 */
// deno-lint-ignore no-explicit-any
export interface Reducer<R, S = any> {
  /** What it is, as data. */
  readonly spec: Spec;
  /** Of several aligned streams those that it reads, at least one, by name; absent where there is one. `step` gets a segment of each, in this order. */
  readonly streams?: readonly string[];
  /** What the engine's sweep must know at `finish`; `"maximum"` if absent. */
  readonly needs?: Level;
  /** What it wants to know beside, and shares with all who ask the same: read by `row.know(fact)` in `finish` and `second`. */
  readonly facts?: readonly Fact<unknown>[];
  /** Refuses a vocabulary it does not fit, before any read. */
  check?(vocabulary: number, rows: number | undefined): void;
  /**
   * The same reducer as it is now, for one whose `spec` can change, as a sampler's does when it accepts a token. A flow that starts takes it
   * in the reducer's place: what happens to the reducer while the flow runs changes none of its rows.
   */
  snapshot?(): Reducer<R, S>;
  /** The identity of `merge`. */
  init(row: number): S;
  /** Makes a state the identity again, for the next row; `init` is called anew where it is absent. */
  renew?(state: S, row: number): void;
  /** Folds one tile. `aligned` holds one segment a stream; with one stream, one. Must not keep the segment. */
  step(state: S, ...aligned: Segment[]): void;
  /** The same for a run of tiles in the arena; the engine prefers it where present. */
  stepBlock?(state: S, ...aligned: Block[]): void;
  /** Folds `from` into `into`. Associative and commutative. */
  merge(into: S, from: Readonly<S>): void;
  /** The same content in one order, for saving: equal content, equal bytes. Absent where a state has but one order. */
  canonical?(state: Readonly<S>): S;
  /**
   * Says what is wrong with a state that somebody else wrote, `undefined` if nothing is: "size is 9, wanted a whole number from 0 to 4".
   * A check sum proves bytes, not sense. The engine has seen to it that the fields are there and of their kinds; a reducer whose `merge` or
   * `finish` trusts more than that (sizes, lengths, positions, ids, the order of a list) must look here, or a forged state can hang it.
   */
  validate?(state: Readonly<S>, folded: Folded): string | undefined;
  /**
   * The result. Pure and repeatable: a monitor calls it in the middle of a row. Decides what empty means. `row` is what is known of the
   * first of its streams; `row.of(name)` tells of another.
   */
  finish(state: Readonly<S>, row: RowFacts): R;
  /**
   * For `collect`: the result of a row that is one tile, as numbers, written to `out` in the order of `fields`, record after record of a list;
   * gives how many, at most 64. To the bits of `finish`, with `undefined` as NaN. Rows of short vocabularies are then collected without
   * a state or a result of their own. For reducers that need the sum, or less.
   */
  finishTile?(row: SweptRow, out: Float64Array): number;
  /** A reducer for a second read of the row, if the first left the question open. Its result replaces the first's. */
  second?(state: Readonly<S>, row: RowFacts): Reducer<R> | undefined;
  /** The most reads of a row it may ask for in all; 2 where absent. More than 2 is shown by `explain`, and can be forbidden by the option `reads`. */
  readonly mostReads?: number;
  /** For `collect`: the fields of a result that is a record, or a list of records. Learnt from the first row that has any where absent. */
  readonly fields?: { readonly names: readonly string[]; readonly list?: boolean };
  /** For `explain`: what a second read is for, if one may be needed. */
  readonly secondRead?: string;
}

/** Reducers by name: what `reduce` takes. */
// deno-lint-ignore no-explicit-any
export type Reducers = Readonly<Record<string, Reducer<any>>>;

/** The results of {@linkcode Reducers}, by the same names. */
export type Results<T extends Reducers> = { readonly [K in keyof T]: T[K] extends Reducer<infer R> ? R : never };
