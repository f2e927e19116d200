import type { Kernels } from "../kernels.ts";
import type { Views } from "../views.ts";

/** The sum of the logits in four lanes: a plain read. */
export function read({ values, shift }: Views): Kernels["read"] {
  return (logits, count) => sumLanes(values, logits >> shift, count);
}

function sumLanes(values: Float32Array | Float64Array, from: number, count: number): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = from + (count & ~3);
  let i = from;
  for (; i < whole; i += 4) {
    a += values[i];
    b += values[i + 1];
    c += values[i + 2];
    d += values[i + 3];
  }
  for (; i < from + count; i++) a += values[i];
  return (a + b) + (c + d);
}
