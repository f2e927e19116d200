import type { ExportsOf } from "../../functions.ts";
import type { AlignedKernels } from "../aligned_kernels.ts";
import { Column, TILE } from "../../layout.ts";
import type { Views } from "../../views.ts";
import { exactOverlap } from "./exact_overlap.ts";

/** A tile at which the fast path stops is done in float64. */
export function overlap(views: Views, exports: ExportsOf<AlignedKernels>): AlignedKernels["overlap"] {
  const overlapped = exports.overlap;
  return (logits, weights, other, otherWeights, count, table, otherTable, ...asked) => {
    if (overlapped(logits, weights, other, otherWeights, count, table, otherTable, ...asked) === 0) return;
    const [mantissa, exponent, otherMantissa, otherExponent, gap, kind, share] = asked;
    for (let done = 0; done < count; done += TILE) {
      const rows = done / TILE * Column.stride;
      const row = (table >> 3) + rows;
      if (views.f64[row + Column.apart] >= 0) continue;
      exactOverlap(views, {
        logits: (logits >> 2) + done,
        weights: (weights >> 2) + done,
        other: (other >> 2) + done,
        otherWeights: (otherWeights >> 2) + done,
        count: Math.min(TILE, count - done),
        row,
        otherRow: (otherTable >> 3) + rows,
        mantissa,
        exponent,
        otherMantissa,
        otherExponent,
        gap,
        kind,
        share,
      });
    }
  };
}
