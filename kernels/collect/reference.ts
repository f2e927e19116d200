import type { Kernels } from "../kernels.ts";
import type { Views } from "../views.ts";

/** Writes the ascending positions of logits greater than `threshold` (or equal, if `inclusive`); gives how many. NaN is never among them. */
export function collect({ values, shift, u32 }: Views): Kernels["collect"] {
  return (logits, count, threshold, inclusive, indices) => {
    const from = logits >> shift, to = indices >> 2;
    let found = 0;
    for (let i = 0; i < count; i++) {
      const x = values[from + i];
      if (x > threshold || (inclusive && x === threshold)) u32[to + found++] = i;
    }
    return found;
  };
}
