import type { Exports } from "../functions.ts";
import type { Kernels } from "../kernels.ts";
import { exactMarked } from "../sweep/exact_marked.ts";
import type { Views } from "../views.ts";

/** Marked tiles are done again in float64: of float32 logits the sums alone, and the logits stay in the place of weights. */
export function store(views: Views, exports: Exports): Kernels["store"] {
  const stored = exports.store;
  return (logits, count, table, weights) => {
    const marked = stored(logits, count, table, weights);
    return marked === 0
      ? 0
      : exactMarked(views, "sum", logits, count, table, views.element === "f64" ? weights : undefined);
  };
}
