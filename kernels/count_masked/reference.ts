import type { Kernels } from "../kernels.ts";
import type { Views } from "../views.ts";

/** How many logits are -Infinity. */
export function countMasked({ values, shift }: Views): Kernels["countMasked"] {
  return (logits, count) => {
    const from = logits >> shift;
    let found = 0;
    for (let i = from; i < from + count; i++) if (values[i] === -Infinity) found++;
    return found;
  };
}
