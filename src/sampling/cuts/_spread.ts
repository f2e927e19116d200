// Mean and deviation of what is kept, for top-n-sigma.
import { isCell, type Rung } from "./_rung.ts";
import type { Rungs, Spread } from "./_rungs.ts";

/** The spread of the window's logits in the stage's scale. */
export function spreadOf(ladder: Rungs): Spread {
  const { rowSpread, divisor } = ladder;
  if (rowSpread && ladder.whole) {
    return { mean: rowSpread.mean / divisor, deviation: rowSpread.deviation / divisor, doubt: 0 };
  }
  for (let i = ladder.from; i < ladder.to; i++) if (ladder.split(i)) i--;
  const centre = (rung: Rung): number => isCell(rung) ? rung.mean / divisor : rung.upper;
  const { kept, count: n } = ladder;
  const blind = kept.findIndex((rung) => Number.isNaN(centre(rung)));
  if (blind >= 0) ladder.refuse(ladder.from + blind, "the deviation of the kept logits");
  // Halves, in units of the widest: neither differences nor squares overflow.
  const zero = kept[0].upper / 2, unit = Math.max(1, zero - centre(kept[kept.length - 1]) / 2);
  const far = (rung: Rung): number => (centre(rung) / 2 - zero) / unit;
  const mean = kept.reduce((sum, rung) => sum + rung.n * far(rung), 0) / n;
  const variance = kept.reduce((sum, rung) => sum + rung.n * (far(rung) - mean) ** 2, 0) / n;
  let width = 0, loose = 0;
  for (const rung of kept) {
    if (isCell(rung)) width = Math.max(width, rung.upper - rung.lower);
    loose += rung.countDoubt * Math.abs(far(rung) - mean) * 2 * unit;
  }
  return { mean: 2 * (zero + mean * unit), deviation: 2 * unit * Math.sqrt(variance), doubt: width + 2 * loose / n };
}
