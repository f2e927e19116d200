import type { Kernels } from "../kernels.ts";
import type { Views } from "../views.ts";

/** The lowest position whose logit equals `value`, or -1. */
export function find({ values, shift }: Views): Kernels["find"] {
  return (logits, count, value) => {
    const from = logits >> shift;
    for (let i = 0; i < count; i++) if (values[from + i] === value) return i;
    return -1;
  };
}
