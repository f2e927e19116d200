import { exp } from "../../../kernels/mod.ts";
import type { Rungs } from "./_rungs.ts";

/** Bounds of `sum P^2` over the window. */
export function squaresOf(ladder: Rungs): readonly [least: number, most: number] {
  const { mass, error, top } = ladder;
  let least = 0, most = 0;
  for (const rung of ladder.kept) {
    const { q, m, upper } = rung, doubt = ladder.errorOf(rung);
    // No token weighs more than the largest.
    const weight = exp(upper - top);
    least += Number.isNaN(q) ? 0 : Math.max(0, q - 2 * doubt * weight);
    most += Number.isNaN(q) ? m * weight : q + 2 * doubt * weight;
  }
  return [least / (mass + error) ** 2, error < mass ? most / (mass - error) ** 2 : Infinity];
}
