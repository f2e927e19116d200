import { topOf } from "../cross/cross_tile.ts";
import type { AlignedKernels } from "../aligned_kernels.ts";
import { Column, TILE } from "../../layout.ts";
import type { Views } from "../../views.ts";

/** Combines tile after tile. */
export function combineCentred({ values, shift, f64 }: Views): AlignedKernels["combineCentred"] {
  return (logits, other, count, table, otherTable, by, otherBy, mapped) => {
    const x = logits >> shift, t = other >> shift, to = mapped >> shift;
    for (let i = 0; i < count; i++) {
      const row = Math.floor(i / TILE) * Column.stride;
      const sum = (values[x + i] - topOf(f64, (table >> 3) + row)) * by +
        (values[t + i] - topOf(f64, (otherTable >> 3) + row)) * otherBy;
      values[to + i] = Number.isNaN(sum) ? -Infinity : sum;
    }
  };
}
