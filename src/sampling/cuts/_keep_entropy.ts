// The cut of top-H.
import { ln } from "../../../kernels/mod.ts";
import { partOf } from "./_keep_count.ts";
import type { EqualRung } from "./_rung.ts";
import type { Rungs } from "./_rungs.ts";

/** Keeps the longest run from the top, of tokens that are listed, whose entropy terms hold at most a share `h`. */
export function keepEntropy(ladder: Rungs, h: number): void {
  ladder.listAll();
  const { mass, top } = ladder, rungs = ladder.rungs as EqualRung[];
  const logMass = ln(mass);
  const term = ({ m, n, upper }: EqualRung): number => {
    const p = m / n / mass;
    return p > 0 ? -n * p * (upper - top - logMass) : 0;
  };
  // Rounding must not cut a run that holds all of the entropy.
  const most = h * rungs.reduce((sum, rung) => sum + term(rung), 0) * (1 + 1e-12);
  let sum = 0;
  for (let i = 0; i < rungs.length; i++) {
    const all = term(rungs[i]), { n } = rungs[i];
    if (sum + all <= most) {
      sum += all;
      continue;
    }
    const part = Math.min(n - 1, Math.floor((most - sum) / (all / n)));
    ladder.rungs = rungs.slice(0, i);
    if (i > 0 && part < 1) return;
    const ids = Uint32Array.from(rungs[i].ids).slice(0, Math.max(1, part));
    ladder.rungs.push(ids.length === n ? rungs[i] : partOf(ladder, rungs[i], ids));
    return;
  }
}
