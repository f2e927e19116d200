import type { Exports } from "../functions.ts";
import type { Kernels } from "../kernels.ts";
import { Column, TILE } from "../layout.ts";
import { scaleExp } from "../probabilities/reference.ts";
import type { Views } from "../views.ts";

/** A tile of logits at which the fast path stops is done in float64, in the same base. */
export function share({ values, shift, base }: Views, exports: Exports): Kernels["share"] {
  const shareTiles = exports.share;
  return (weights, count, table, mapped, mantissa, exponent) => {
    for (let done = 0; done < count; done += TILE) {
      const row = table + done / TILE * Column.stride * 8;
      done += shareTiles(weights + (done << shift), count - done, row, mapped + (done << shift), mantissa, exponent);
      if (done >= count) return;
      const tile = Math.min(TILE, count - done);
      scaleExp(values, (weights >> shift) + done, tile, (mapped >> shift) + done, mantissa, exponent, base);
    }
  };
}
