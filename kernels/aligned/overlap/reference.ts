import type { AlignedKernels } from "../aligned_kernels.ts";
import { Column, TILE } from "../../layout.ts";
import type { Views } from "../../views.ts";
import { NARROW, WIDE } from "./arithmetic.ts";
import { exactOverlap } from "./exact_overlap.ts";
import { sumOverlap } from "./sum_overlap.ts";

/** One tile a row; float32 logits are worked on in float32, step by step as the binaries do. */
export function overlap(views: Views): AlignedKernels["overlap"] {
  const { values, f64, shift } = views;
  const arithmetic = shift === 2 ? NARROW : WIDE;
  return (logits, weights, other, otherWeights, count, table, otherTable, ...asked) => {
    const [mantissa, exponent, otherMantissa, otherExponent, gap, kind, share] = asked;
    for (let done = 0; done < count; done += TILE) {
      const rows = done / TILE * Column.stride;
      const tile = {
        logits: (logits >> shift) + done,
        weights: (weights >> shift) + done,
        other: (other >> shift) + done,
        otherWeights: (otherWeights >> shift) + done,
        count: Math.min(TILE, count - done),
        row: (table >> 3) + rows,
        otherRow: (otherTable >> 3) + rows,
        mantissa,
        exponent,
        otherMantissa,
        otherExponent,
        gap,
        kind,
        share,
      };
      const isMissing = (row: number) => Number.isNaN(f64[row + Column.reference]);
      const isDone = !isMissing(tile.row) && !isMissing(tile.otherRow) && sumOverlap(values, f64, tile, arithmetic);
      if (!isDone) exactOverlap(views, tile);
    }
  };
}
