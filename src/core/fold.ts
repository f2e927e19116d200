import type { Spec } from "./spec.ts";

/**
 * A statistic of many rows: what a reducer is to the logits of a row, a fold is to the rows of a text, or of a whole evaluation.
 *
 * ```text
 *  init ── step ── step ──┐
 *                         merge ── finish ── O
 *  init ── step ──────────┘
 * ```
 *
 * A fold that has `merge` promises that it is exactly associative and commutative: any split of the items, merged in any tree, gives the
 * same bits. One without `merge` takes its items in their order, all of them in one state.
 *
 * @typeParam I What it takes: a row of results, a pair, a sequence.
 * @typeParam O The result.
 * @typeParam S The state: a flat record of numbers, booleans, bigints, plain or typed arrays, so that it can be saved and sent. A field
 *   stays what `init` makes it; what may be of several kinds, or an open list, begins as `null`, `[]` or `{}`.
 */
// deno-lint-ignore no-explicit-any
export interface Fold<I, O, S = any> {
  /** What it is, as data. */
  readonly spec: Spec;
  /** The identity of `merge`. */
  init(): S;
  /** Folds one item. Must not keep it. */
  step(state: S, item: I): void;
  /** Folds `from` into `into`, and leaves `from` as it was. Absent where the order of all items counts. */
  merge?(into: S, from: Readonly<S>): void;
  /** The same content in one order, for saving: equal content, equal bytes. Absent where a state has but one order. */
  canonical?(state: Readonly<S>): S;
  /** Says what is wrong with a state that somebody else wrote, `undefined` if nothing is. */
  validate?(state: Readonly<S>): string | undefined;
  /** The result. Pure and repeatable. Decides what empty means. */
  finish(state: Readonly<S>): O;
}

/** Folds by name. */
// deno-lint-ignore no-explicit-any
export type Folds<I = any> = Readonly<Record<string, Fold<I, any>>>;

/** The results of {@linkcode Folds}, by the same names. */
// deno-lint-ignore no-explicit-any
export type FoldResults<T extends Folds> = { readonly [K in keyof T]: T[K] extends Fold<any, infer O> ? O : never };
