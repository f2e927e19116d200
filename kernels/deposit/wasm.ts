import type { Exports } from "../functions.ts";
import type { Kernels } from "../kernels.ts";
import { levelNumber } from "../level_number.ts";
import type { Views } from "../views.ts";

/** The binary knows levels by number. */
export function deposit(_: Views, exports: Exports): Kernels["deposit"] {
  const deposited = exports.deposit;
  return (level, table, tiles, slot) => void deposited(levelNumber(level), table, tiles, slot);
}
