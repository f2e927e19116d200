// Mean and deviation of what is kept, for top-n-sigma.
import type { EqualRung } from "./_rung.ts";
import { type Spread, SpreadPass } from "../reads/_spread_pass.ts";
import type { Rungs } from "./_rungs.ts";

/** The spread of the kept logits in the stage's scale. */
export function spreadOf(ladder: Rungs): Spread {
  const { divisor } = ladder;
  if (ladder.whole) {
    const { mean, deviation } = ladder.ask("spread", () => new SpreadPass()) as Spread;
    return { mean: mean / divisor, deviation: deviation / divisor };
  }
  ladder.listAll();
  const rungs = ladder.rungs as EqualRung[], n = ladder.count;
  // Halves, in units of the widest: neither differences nor squares overflow.
  const zero = rungs[0].upper / 2, unit = Math.max(1, zero - rungs[rungs.length - 1].upper / 2);
  const far = ({ upper }: EqualRung): number => (upper / 2 - zero) / unit;
  const mean = rungs.reduce((sum, rung) => sum + rung.n * far(rung), 0) / n;
  const variance = rungs.reduce((sum, rung) => sum + rung.n * (far(rung) - mean) ** 2, 0) / n;
  return { mean: 2 * (zero + mean * unit), deviation: 2 * unit * Math.sqrt(variance) };
}
