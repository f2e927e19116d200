import { exp } from "../../../kernels/mod.ts";
import { idsOf, isCell } from "./_rung.ts";
import type { Rungs } from "./_rungs.ts";

/** What tells a kept token's probability as it stands now: by its id, or else by its logit as the row has it. */
export function snapshotOf(ladder: Rungs): (id: number, logit: number) => number | undefined {
  const { mass, top, divisor, listed } = ladder;
  const known = new Map<number, number>();
  for (const rung of ladder.kept) {
    if (isCell(rung)) continue;
    for (const id of idsOf(rung)) known.set(id, rung.m / rung.n / mass);
  }
  const told = (logit: number) => listed || Number.isNaN(logit) ? undefined : exp(logit / divisor - top) / mass;
  return (id, logit) => known.get(id) ?? told(logit);
}
