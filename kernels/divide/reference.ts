import type { Kernels } from "../kernels.ts";
import type { Views } from "../views.ts";

/** Replaces each logit by `x / by`, rounded to the element type: of float32 numbers that is their float32 quotient. */
export function divide({ element, values, shift }: Views): Kernels["divide"] {
  return (logits, count, by) => {
    const divisor = element === "f32" ? Math.fround(by) : by;
    const from = logits >> shift;
    for (let i = from; i < from + count; i++) values[i] = values[i] / divisor;
  };
}
