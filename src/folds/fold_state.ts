import { type FoldResults, type Folds, ParameterError, shown, specText, StateFormatError } from "../core/mod.ts";
import { checkFolds } from "./_check_folds.ts";

/** What a {@linkcode FoldState} holds, as plain data. */
export interface FoldData {
  /** How many items were taken. */
  readonly items: number;
  /** The state of each fold, in their order. */
  readonly states: readonly object[];
}

/**
 * What has been folded so far, of a whole or of a part: to go on with, to be merged with other parts, saved, and finished.
 *
 * @example Two halves on two workers
 * ```ts
 * import { FoldState, mean } from "@sluice/sluice/folds";
 * import { assertEquals } from "@std/assert";
 *
 * const folds = { x: mean("x") };
 * const [left, right] = [[1, 2], [6]].map((part) => {
 *   const state = new FoldState(folds);
 *   for (const x of part) state.step({ x });
 *   return state;
 * });
 * left.merge(right);
 * assertEquals([left.items, left.finish().x.mean], [3, 3]);
 * ```
 *
 * @typeParam T The folds.
 */
export class FoldState<T extends Folds = Folds> {
  /** The folds, as they were given. */
  readonly folds: T;
  readonly #folds: [string, T[string]][];
  /** The same without their names: `step` goes through them for each row. */
  readonly #steps: readonly T[string][];
  readonly #states: object[];
  #items: number;

  /**
   * A state that has seen nothing, or one of given content.
   *
   * @param folds The folds by name.
   * @param data Its content, as `data` gives it; it is trusted, see `loadFolds` for what is foreign.
   * @throws {ParameterError} If these are no folds.
   */
  constructor(folds: T, data?: FoldData) {
    checkFolds(folds);
    this.folds = folds;
    this.#folds = Object.entries(folds) as [string, T[string]][];
    this.#steps = this.#folds.map(([, fold]) => fold);
    this.#states = data ? [...data.states] : this.#folds.map(([, fold]) => fold.init());
    this.#items = data?.items ?? 0;
  }

  /** How many items were taken. */
  get items(): number {
    return this.#items;
  }

  /**
   * Takes one item.
   *
   * @param item What the folds take: a row, a pair, a sequence.
   */
  step(item: unknown): void {
    this.#items++;
    for (let i = 0; i < this.#steps.length; i++) this.#steps[i].step(this.#states[i], item);
  }

  /**
   * Takes over what another state holds, which stays as it was.
   *
   * @param other A state of the same folds.
   * @throws {StateFormatError} If it is of other folds (`E_MERGE_MISMATCH`).
   * @throws {ParameterError} If that is no state, or a fold needs all items in their order.
   */
  merge(other: FoldState<T>): void {
    if (!(other instanceof FoldState)) {
      throw new ParameterError(`Cannot merge folds with ${shown(other)}: wanted a FoldState`);
    }
    if (other === (this as FoldState<T>)) {
      throw new ParameterError("Cannot merge a FoldState with itself: wanted another one");
    }
    const found = other.text, wanted = this.text;
    if (found !== wanted) {
      throw new StateFormatError(`Cannot merge folds: found ${found}, wanted ${wanted}`, "E_MERGE_MISMATCH");
    }
    const ordered = this.#folds.find(([, fold]) => !fold.merge);
    if (ordered) {
      throw new ParameterError(
        `Cannot merge the fold "${ordered[0]}": ${ordered[1].spec.name} needs all items in their order`,
      );
    }
    const { items, states } = other.data();
    this.#folds.forEach(([, fold], i) => fold.merge!(this.#states[i], states[i]));
    this.#items += items;
  }

  /** The results so far. Changes nothing. */
  finish(): FoldResults<T> {
    const results = this.#folds.map(([name, fold], i) => [name, fold.finish(this.#states[i])]);
    return Object.fromEntries(results) as FoldResults<T>;
  }

  /** Whose state it is: the names and specs of the folds. */
  get text(): string {
    return this.#folds.map(([name, { spec }]) => `${name}: ${specText(spec)}`).join(", ");
  }

  /** The content as plain data: the state's own, not a copy. */
  data(): FoldData {
    return { items: this.#items, states: this.#states };
  }
}
