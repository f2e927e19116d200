import type { Kernels } from "../kernels.ts";
import type { Views } from "../views.ts";

/** How many logits are greater than `value`. */
export function countGreater({ values, shift }: Views): Kernels["countGreater"] {
  return (logits, count, value) => {
    const from = logits >> shift;
    let found = 0;
    for (let i = from; i < from + count; i++) if (values[i] > value) found++;
    return found;
  };
}
