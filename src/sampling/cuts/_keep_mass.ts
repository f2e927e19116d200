// The cut of top-p.
import { ln } from "../../../kernels/mod.ts";
import { endWith, keepCount } from "./_keep_count.ts";
import { downTo, reach } from "./_reach.ts";
import type { LogitRange } from "./_logit_range.ts";
import { HALF_STEP, isSpan, type Rung } from "./_rung.ts";
import { MIXED_SUM_ERROR, type Rungs, SUM_ERROR } from "./_rungs.ts";
import type { Ties } from "../stages/ties.ts";

/** Keeps the fewest best tokens that hold a share p of the mass of all that are kept, and at least `least`. */
export function keepMass(ladder: Rungs, p: number, least: number, ties: Ties): void {
  const before = ladder.rungs;
  cutAt(ladder, p, ties);
  if (least === 1 || ladder.count >= least) return;
  ladder.rungs = before;
  keepCount(ladder, least, ties);
}

function cutAt(ladder: Rungs, p: number, ties: Ties): void {
  const { rungs, mass: whole } = ladder, wanted = Math.max(p - HALF_STEP, p / 2) * whole;
  let sum = 0;
  for (let i = 0; i < rungs.length; i++) {
    const rung = rungs[i], mass = ladder.massOf(rung);
    if (sum + mass < wanted && i + 1 < rungs.length) {
      sum += mass;
      continue;
    }
    const kept = rungs.slice(0, i);
    if (!isSpan(rung)) return endWith(ladder, [...kept, rung], tokensIn(wanted - sum, mass / rung.n), ties);
    return cutSpan(ladder, kept, floorOf(ladder, rung.range, (1 - p) * whole), wanted - sum, ties);
  }
}

/** How many tokens of a weight hold a mass. */
function tokensIn(mass: number, weight: number): number {
  return Math.max(1, Math.ceil(mass / weight));
}

/** The part of a range in which the cut can lie: were all tokens lighter than the floor, they would not hold what is to be dropped. */
function floorOf(ladder: Rungs, { low, high }: LogitRange, dropped: number): LogitRange {
  const { top, divisor, source: { vocabulary } } = ladder;
  return { low: Math.max(low, (top + ln(dropped / vocabulary) - 1e-3) * divisor), high };
}

/** Ends what is kept inside a range: `wanted` is what is to be kept of its mass. */
function cutSpan(ladder: Rungs, kept: readonly Rung[], range: LogitRange, wanted: number, ties: Ties): void {
  const whole = ladder.mass;
  const { key, ids } = reach(ladder, { ...downTo(ladder, range), by: "mass", wanted });
  for (let last = key;;) {
    // Only here it is decided: by the sum of all that lies above, which does not hang on how the place was found.
    const { above, group } = ladder.parted(range, last, last === key ? ids : undefined), sum = ladder.massOf(above);
    const lower = () => ladder.largestBelow(last);
    const weight = group.m / group.n, tokens = (wanted - sum) / weight;
    const doubt = (group.n > 1 ? SUM_ERROR : MIXED_SUM_ERROR) * whole / weight;
    if (!ladder.fine && Math.abs(tokens - Math.round(tokens)) < doubt && tokens > -doubt && tokens < group.n + doubt) {
      ladder.blur(last, weight / whole);
    }
    if (sum >= wanted) last = ladder.smallestFrom(above.range.low);
    else if (sum + group.m < wanted && lower() > -Infinity) last = lower();
    else return endWith(ladder, [...kept, above, group], tokensIn(wanted - sum, weight), ties);
  }
}
