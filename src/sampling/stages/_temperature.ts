// What all temperatures share.
import { inArena } from "../../core/mod.ts";
import type { Edit } from "./stage.ts";

/** Below this temperature ordinary logits would overflow: the row would be blamed for it. */
export const LEAST_TEMPERATURE = 1e-20;

/** By what a temperature divides: float64 logits by itself, others by the float32 nearest to it. */
export function divisorFor(temperature: number, wide: boolean): number {
  return wide ? temperature : Math.fround(temperature);
}

/** The edit that divides by a temperature. */
export function divideEdit(t: number): Edit {
  return { apply: ({ values }) => inArena(values, (kernels, at, count) => kernels.divide(at, count, t)) };
}
