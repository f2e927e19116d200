import type { Kernels } from "../kernels.ts";
import type { Views } from "../views.ts";

/** Writes `(x - maximum) - logSum`. -Infinity stays -Infinity unless the maximum is -Infinity too: then NaN. */
export function logProbabilities({ values, shift }: Views): Kernels["logProbabilities"] {
  return (logits, count, mapped, maximum, logSum) => {
    subtract(values, logits >> shift, count, mapped >> shift, maximum, logSum);
  };
}

/** The same by indices. */
function subtract(
  values: Float32Array | Float64Array,
  from: number,
  count: number,
  to: number,
  maximum: number,
  logSum: number,
): void {
  for (let i = 0; i < count; i++) values[to + i] = (values[from + i] - maximum) - logSum;
}
