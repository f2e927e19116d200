import type { Kernels } from "../kernels.ts";
import type { Views } from "../views.ts";
import { exactDivided } from "./exact_divided.ts";

/** Writes a row a tile of the quotients; gives how many tiles of them hold NaN or +Infinity. */
export function sweepDivided(views: Views): Kernels["sweepDivided"] {
  return (level, logits, count, by, table) => exactDivided(views, level, logits, count, by, table, false);
}
