// What the cuts ask of a row: passes over all of it, each once.
import type { Pass } from "./_passes.ts";

/** A pass that is wanted of a row. */
export interface Wanted {
  /** What it finds out, as text: what was found out once is not asked for again. */
  readonly key: string;
  /** By what the logits are divided before they weigh. */
  readonly divisor: number;
  make(): Pass<unknown>;
}

/** A row that can be gone through again. */
export interface RowSource {
  readonly vocabulary: number;
  /** The largest logit. */
  readonly origin: number;
  /** Mantissa, exponent and logarithm of the sum of all weights, undivided. */
  readonly total: { readonly mantissa: number; readonly exponent: number; readonly logSum: number };
  /** A logit in units of the base of the weights. */
  readonly perLogit: number;
  /** How many passes had better be asked for at once: 1 where each is made at once. */
  readonly ways: number;
  /** Makes passes over one tile in `step`, where that costs next to nothing. */
  sample?(step: number, divisor: number, passes: readonly Pass<unknown>[]): void;
  /** The findings of some passes. Where the row must be read for them, asks for that by `ReadAgain`. */
  run(wanted: readonly Wanted[]): unknown[];
}
