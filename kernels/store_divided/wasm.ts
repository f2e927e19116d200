import type { Exports } from "../functions.ts";
import type { Kernels } from "../kernels.ts";
import { exactDivided } from "../sweep_divided/exact_divided.ts";
import type { Views } from "../views.ts";

/** The sums of marked tiles are done again in float64; their quotients stay in the place of weights. */
export function storeDivided(views: Views, exports: Exports): Kernels["storeDivided"] {
  const stored = exports.storeDivided;
  return (logits, count, by, table, weights) => {
    const marked = stored(logits, count, by, table, weights);
    return marked === 0 ? 0 : exactDivided(views, "sum", logits, count, by, table, true);
  };
}
