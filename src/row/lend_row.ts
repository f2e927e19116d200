import { type Kernels, loadKernels } from "../../kernels/mod.ts";
import { checkWhole } from "../core/mod.ts";
import { viewOf } from "./_run.ts";

/** A row in the library's own memory, lent by {@linkcode lendRow}. */
export interface LentRow {
  /** Where the logits go. Anybody may be lent this memory once it is given back: do not keep it beyond that. */
  readonly values: Float32Array;
  /** Gives the memory back; a second time does nothing. */
  giveBack(): void;
  /** The same, at the end of a `using`. */
  [Symbol.dispose](): void;
}

/**
 * Lends memory of the library for a row of f32 logits: what lies there is read in place, where any other array is copied first. A decode
 * loop lends one, writes each step's logits into it, and hands `values`, or a part of them from the first on, to `reduceRow`, to a
 * sampler's `draw` or to `normalizeRow`, also as its `out`. The results are the same, to the bits.
 *
 * Its content is whatever was there before. It is lent until it is given back, by hand or by `using`; rows that nobody gives back are never
 * lent again. In all 8 MiB (2 Mi logits) can be lent at a time, of the default backend's memory; beyond that it is an array like any other,
 * which is copied. It saves a copy: a quarter of a log-sum-exp. Cost: a microsecond.
 *
 * @example A decode loop
 * ```ts
 * import { lendRow, normalizeRow, sampler, withTemperature } from "@sluice/sluice";
 * import { assertEquals } from "@std/assert";
 *
 * using lent = lendRow(3);
 * const greedy = sampler({ chain: [withTemperature(0)] });
 * const tokens: number[] = [];
 * for (let step = 0; step < 3; step++) {
 *   lent.values.fill(0)[step] = 1; // the model's logits
 *   tokens.push(greedy.draw(lent.values).id!);
 * }
 * assertEquals(tokens, [0, 1, 2]);
 * assertEquals(normalizeRow(lent.values).length, 3);
 * ```
 *
 * @param length How many logits.
 * @returns The row.
 * @throws {ParameterError} If `length` is not a whole number of at least 1.
 */
export function lendRow(length: number): LentRow {
  checkWhole("length of lendRow", length, 1);
  return new Loan(loadKernels(), length);
}

class Loan implements LentRow {
  readonly values: Float32Array;
  readonly #kernels: Kernels;
  #at: number | undefined;

  constructor(kernels: Kernels, length: number) {
    this.#kernels = kernels;
    this.#at = kernels.arena.loans.lend(4 * length);
    this.values = this.#at === undefined ? new Float32Array(length) : viewOf(kernels, this.#at, length) as Float32Array;
  }

  giveBack(): void {
    if (this.#at !== undefined) this.#kernels.arena.loans.giveBack(this.#at);
    this.#at = undefined;
  }

  [Symbol.dispose](): void {
    this.giveBack();
  }
}
