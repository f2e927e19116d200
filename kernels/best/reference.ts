import type { Kernels } from "../kernels.ts";
import type { Views } from "../views.ts";

/** Most that are listed. */
const MOST = 16;

/**
 * Writes the positions of the k largest logits as uint32, best first, of equals the lower one first; gives how many. Masked logits and
 * NaN are never among them.
 */
export function best({ values, shift, u32 }: Views): Kernels["best"] {
  return (logits, count, k, indices) => {
    const from = logits >> shift, to = indices >> 2, most = Math.min(k, MOST);
    let found = 0;
    for (let i = 0; i < count; i++) {
      const x = values[from + i];
      if (!(x > -Infinity) || (found === most && !(x > values[from + u32[to + found - 1]]))) continue;
      let at = found < most ? found++ : found - 1;
      for (; at > 0 && values[from + u32[to + at - 1]] < x; at--) u32[to + at] = u32[to + at - 1];
      u32[to + at] = i;
    }
    return found;
  };
}
