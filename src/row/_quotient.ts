import type { Kernels } from "../../kernels/mod.ts";

/** What `Kernels.divide` makes of one logit, to the bit: a quotient of float32 numbers is rounded once by way of float64, too. */
export function quotient({ element }: Pick<Kernels, "element">, logit: number, by: number): number {
  return element === "f32" ? Math.fround(logit / Math.fround(by)) : logit / by;
}
