import type { Exports } from "../functions.ts";
import type { Kernels } from "../kernels.ts";
import { levelNumber } from "../level_number.ts";
import type { Views } from "../views.ts";
import { exactDivided } from "./exact_divided.ts";

/** What the fast path marks, because it cannot do it, is divided and done again in float64, in the same base. */
export function sweepDivided(views: Views, exports: Exports): Kernels["sweepDivided"] {
  const swept = exports.sweepDivided;
  return (level, logits, count, by, table) => {
    const marked = swept(levelNumber(level), logits, count, by, table);
    return marked === 0 ? 0 : exactDivided(views, level, logits, count, by, table, true);
  };
}
