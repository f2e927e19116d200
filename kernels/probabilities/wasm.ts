import type { Exports } from "../functions.ts";
import type { Kernels } from "../kernels.ts";
import { TILE } from "../layout.ts";
import type { Views } from "../views.ts";
import { scaleExp } from "./reference.ts";

/** A tile at which the fast path stops is done in float64, in the same base. */
export function probabilities({ values, shift, base }: Views, exports: Exports): Kernels["probabilities"] {
  const mapTiles = exports.probabilities;
  return (logits, count, mapped, mantissa, exponent) => {
    for (let done = 0; done < count; done += TILE) {
      done += mapTiles(logits + (done << shift), count - done, mapped + (done << shift), mantissa, exponent);
      if (done >= count) return;
      const tile = Math.min(TILE, count - done);
      scaleExp(values, (logits >> shift) + done, tile, (mapped >> shift) + done, mantissa, exponent, base);
    }
  };
}
