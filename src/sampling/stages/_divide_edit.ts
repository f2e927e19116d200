import { inArena } from "../../core/mod.ts";
import type { Edit } from "./stage.ts";

/** The edit that divides by a temperature. */
export function divideEdit(t: number): Edit {
  return { apply: ({ values }) => inArena(values, (kernels, at, count) => kernels.divide(at, count, t)) };
}
