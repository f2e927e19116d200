import type { Kernels } from "../kernels.ts";
import { BINS } from "../reference/digits.ts";
import type { Views } from "../views.ts";

/** Empties an accumulator. */
export function clear({ f64 }: Views): Kernels["clear"] {
  return (slot) => {
    const at = slot >> 3;
    f64[at] = -Infinity;
    f64[at + 1] = -Infinity;
    f64.fill(0, at + 2, at + 2 + 3 * BINS);
  };
}
