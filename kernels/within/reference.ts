import type { Kernels } from "../kernels.ts";
import type { Views } from "../views.ts";

/** Writes each logit of `low <= x < high`, and -Infinity for every other. */
export function within({ values, shift }: Views): Kernels["within"] {
  return (logits, count, low, high, mapped) => {
    const from = logits >> shift, to = mapped >> shift;
    for (let i = 0; i < count; i++) {
      const x = values[from + i];
      values[to + i] = x >= low && x < high ? x : -Infinity;
    }
  };
}
