import type { ExportsOf } from "../../functions.ts";
import { Column, TILE } from "../../layout.ts";
import type { Views } from "../../views.ts";
import type { AlignedKernels } from "../aligned_kernels.ts";
import { exactCross } from "./exact_cross.ts";

/** A tile at which the fast path stops is done in float64. */
export function cross(views: Views, exports: ExportsOf<AlignedKernels>): AlignedKernels["cross"] {
  const crossed = exports.cross;
  return (logits, weights, other, otherWeights, count, table, otherTable, gap, squares) => {
    const [own, square] = [Number(gap), Number(squares)];
    if (crossed(logits, weights, other, otherWeights, count, table, otherTable, own, square) === 0) return;
    for (let done = 0; done < count; done += TILE) {
      const row = (table >> 3) + done / TILE * Column.stride;
      if (views.f64[row + Column.apart] >= 0) continue;
      exactCross(views, {
        logits: (logits >> 2) + done,
        weights: (weights >> 2) + done,
        other: (other >> 2) + done,
        otherWeights: (otherWeights >> 2) + done,
        count: Math.min(TILE, count - done),
        row,
        otherRow: (otherTable >> 3) + done / TILE * Column.stride,
        gap,
        squares,
      });
    }
  };
}
