import type { Kernels } from "../kernels.ts";
import type { Views } from "../views.ts";

/** Groups of a tile whose maxima are ranked, and the greatest k they serve. */
const GROUPS = 128;
const LARGEST_K = 64;
const maxima = new Float64Array(GROUPS);

/**
 * A value that at least k of the logits reach: the k-th largest maximum of groups, runs of 32 logits (128 for k to 8) by 4 lanes.
 * -Infinity when k is beyond 64 or too few groups hold anything. NaN counts as -Infinity.
 */
export function bound({ values, shift }: Views): Kernels["bound"] {
  return (logits, count, k) => {
    if (!(k >= 1 && k <= LARGEST_K)) return -Infinity;
    const run = k < 9 ? 7 : 5;
    maxima.fill(-Infinity);
    const from = logits >> shift;
    for (let i = 0; i < count; i++) {
      const group = (i >> run) * 4 + (i & 3);
      const x = values[from + i];
      if (x > maxima[group]) maxima[group] = x;
    }
    return maxima.sort()[GROUPS - Math.floor(k)];
  };
}
