import { Column } from "../layout.ts";
import type { Views } from "../views.ts";
import { exactTile } from "../sweep/exact_tile.ts";

/** A tile: indices of its logits and of its weights, how many, and its row. */
export interface WeighedTile {
  readonly logits: number;
  readonly weights: number;
  readonly count: number;
  readonly row: number;
}

/**
 * Works on a tile with its weights: those that a fast path could not store are made first. Its row still says that they were not there: whoever
 * comes next must find what he would have found.
 */
export function withWeights<T>(
  { values, f64, base }: Views,
  { logits, weights, count, row }: WeighedTile,
  work: () => T,
): T {
  if (!Number.isNaN(f64[row + Column.reference])) return work();
  exactTile("sum", values, logits, count, f64, row, base, weights);
  const result = work();
  f64[row + Column.reference] = NaN;
  return result;
}
