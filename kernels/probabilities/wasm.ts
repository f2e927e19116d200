import type { Exports } from "../functions.ts";
import type { Kernels } from "../kernels.ts";
import { TILE } from "../layout.ts";
import type { Views } from "../views.ts";
import { scaleExp } from "./reference.ts";

/** A tile at which the fast path stops is done in float64, in the same base. */
export function probabilities({ values, base }: Views, exports: Exports): Kernels["probabilities"] {
  const mapTiles = exports.probabilities;
  return (logits, count, mapped, mantissa, exponent) => {
    for (let done = 0; done < count; done += TILE) {
      done += mapTiles(logits + 4 * done, count - done, mapped + 4 * done, mantissa, exponent);
      if (done >= count) return;
      const tile = Math.min(TILE, count - done);
      scaleExp(values, (logits >> 2) + done, tile, (mapped >> 2) + done, mantissa, exponent, base);
    }
  };
}
