// The cut of top-H.
import { ln } from "../../../kernels/mod.ts";
import { isCell, type Rung } from "./_rung.ts";
import type { Rungs } from "./_rungs.ts";

/** Keeps the longest run from the top whose entropy terms hold at most a share `h`. */
export function keepEntropy(ladder: Rungs, h: number): void {
  if (!ladder.listed) {
    // Entropy terms are known token by token only.
    for (let i = ladder.from; i < ladder.to; i++) if (isCell(ladder.rungs[i])) ladder.note(i);
    ladder.giveUp("the entropy of the best tokens");
  }
  const { mass, top, rungs } = ladder;
  const logMass = ln(mass);
  const term = ({ m, n, upper }: Rung): number => {
    const p = m / n / mass;
    return p > 0 ? -n * p * (upper - top - logMass) : 0;
  };
  const whole = ladder.kept.reduce((sum, rung) => sum + term(rung), 0);
  // Rounding must not cut a run that holds all of the entropy.
  const most = h * whole * (1 + 1e-12);
  let sum = 0;
  for (let i = ladder.from; i < ladder.to; i++) {
    const all = term(rungs[i]);
    if (sum + all <= most) {
      sum += all;
      continue;
    }
    const part = Math.min(rungs[i].n - 1, Math.floor((most - sum) / (all / rungs[i].n)));
    if (i > ladder.from && part < 1) ladder.to = i;
    else {
      ladder.to = i + 1;
      ladder.keepPart(i, Math.max(1, part));
    }
    return;
  }
}
