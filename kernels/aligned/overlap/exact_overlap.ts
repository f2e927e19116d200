import { withWeights } from "../with_weights.ts";
import type { Views } from "../../views.ts";
import { WIDE } from "./arithmetic.ts";
import type { OverlapTile } from "./overlap_tile.ts";
import { sumOverlap } from "./sum_overlap.ts";

/** One tile in float64. Weights that are not there are made first. */
export function exactOverlap(views: Views, tile: OverlapTile): void {
  const { other, otherWeights, count, otherRow } = tile;
  const second = { logits: other, weights: otherWeights, count, row: otherRow };
  withWeights(views, tile, () => withWeights(views, second, () => sumOverlap(views.values, views.f64, tile, WIDE)));
}
