import type { Exports } from "../functions.ts";
import type { Kernels } from "../kernels.ts";
import { levelNumber } from "../level_number.ts";
import type { Views } from "../views.ts";
import { exactMarked } from "./exact_marked.ts";

/** What the fast path marks, because it cannot do it, is done again in float64, in the same base. */
export function sweep(views: Views, exports: Exports): Kernels["sweep"] {
  const swept = exports.sweep;
  return (level, logits, count, table) => {
    const marked = swept(levelNumber(level), logits, count, table);
    return marked === 0 ? 0 : exactMarked(views, level, logits, count, table);
  };
}
