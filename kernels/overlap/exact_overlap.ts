import { Column } from "../layout.ts";
import { exactTile } from "../sweep/exact_tile.ts";
import type { Views } from "../views.ts";
import { WIDE } from "./arithmetic.ts";
import type { OverlapTile } from "./overlap_tile.ts";
import { sumOverlap } from "./sum_overlap.ts";

/** One tile in float64. Weights that are not there are made first. */
export function exactOverlap({ values, f64, base }: Views, tile: OverlapTile): void {
  const { logits, weights, other, otherWeights, count, row, otherRow } = tile;
  if (Number.isNaN(f64[row + Column.reference])) exactTile("sum", values, logits, count, f64, row, base, weights);
  if (Number.isNaN(f64[otherRow + Column.reference])) {
    exactTile("sum", values, other, count, f64, otherRow, base, otherWeights);
  }
  sumOverlap(values, f64, tile, WIDE);
}
