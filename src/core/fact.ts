import type { Level } from "../../kernels/mod.ts";
import type { Block } from "./block.ts";
import type { Folded } from "./folded.ts";
import type { RowFacts } from "./row_facts.ts";
import type { Spec } from "./spec.ts";

/**
 * Something that several reducers may want to know of a row: it is folded once, whoever asks, and each reads it in `finish` by
 * {@linkcode RowFacts.know}. Facts of equal specs are the same fact. What else is asked of a row changes no bit of it.
 *
 * The laws are those of a reducer: whole tiles, each once, in any order after a merge; `merge` is exactly associative and commutative.
 *
 * @typeParam T What is known.
 * @typeParam S The state: as that of a reducer.
 */
// deno-lint-ignore no-explicit-any
export interface Fact<T, S = any> {
  /** What it is, as data. */
  readonly spec: Spec;
  /** The aligned streams that it reads, by name; `stepBlock` gets a block of each, in this order. */
  readonly streams: readonly string[];
  /** What the sweep of each of them must learn; `"maximum"` if absent. */
  readonly needs?: Level;
  /** Whether its blocks have their weights stored; `needs` is `"sum"` then, or more. */
  readonly weights?: boolean;
  /** Whether another fact, of this spec, tells all that this one does, to the bit, in its place. */
  servedBy?(other: Spec): boolean;
  /** The identity of `merge`. */
  init(): S;
  /** Folds a run of tiles in the arena. Must not keep the blocks. */
  stepBlock(state: S, ...aligned: Block[]): void;
  /** Folds `from` into `into`. Associative and commutative. */
  merge(into: S, from: Readonly<S>): void;
  /** Says what is wrong with a state that somebody else wrote, as that of a reducer does. */
  validate?(state: Readonly<S>, folded: Folded): string | undefined;
  /** What is known. Pure and repeatable. `row` is what the engine knows of the first of its streams; `row.of(name)` tells of another. */
  finish(state: Readonly<S>, row: RowFacts): T;
}
