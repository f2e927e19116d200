// The cut of locally typical sampling.
import { ln } from "../../../kernels/mod.ts";
import { Unsure } from "./_interrupts.ts";
import { firstWhere } from "./_float_order.ts";
import { reach } from "./_reach.ts";
import { type LogitRange, nextAbove, nextBelow } from "./_logit_range.ts";
import { HALF_STEP, isSpan, type Rung, SpanRung } from "./_rung.ts";
import { MIXED_SUM_ERROR, type Rungs } from "./_rungs.ts";

/**
 * Keeps the tokens whose logit is nearest to the typical one, `top + ln mass - H`, that hold a share p of the mass, and at least
 * `least`: all within some distance.
 */
export function keepNearest(ladder: Rungs, p: number, least: number): void {
  const { mass, divisor, rungs } = ladder;
  const centre = (ladder.top + ln(mass) - ladder.entropy) * divisor;
  // Below the floor lies less than what is to be dropped.
  const floor = (ladder.top + ln((1 - p) * mass / ladder.source.vocabulary) - 1e-3) * divisor;
  const farthest = p < 1 ? Math.max(centre - floor, ladder.origin - centre, 0) : Number.MAX_VALUE;
  const within = (distance: number) => rungs.flatMap((rung) => partOf(rung, divisor, centre, distance));
  const find = (by: "mass" | "count", wanted: number): number =>
    -reach(ladder, {
      low: by === "mass" ? -farthest : -Number.MAX_VALUE,
      high: 0,
      rungsAt: (key) => within(-key),
      keyOf: (x) => -Math.abs(x - centre),
      by,
      wanted,
    }).key;
  const wanted = Math.max(p - HALF_STEP, p / 2) * mass, distance = find("mass", wanted);
  let kept = within(distance);
  if (!ladder.fine && !ladder.listed) {
    const doubt = MIXED_SUM_ERROR * mass, error = 4 * MIXED_SUM_ERROR * divisor, before = within(nextBelow(distance));
    const near = [before, kept].some((rungs) => Math.abs(ladder.massIn(rungs) - wanted) < doubt);
    const others = ladder.countIn(within(distance + error)) - ladder.countIn(within(Math.max(0, distance - error)));
    if (near || others > ladder.countIn(kept) - ladder.countIn(before)) throw new Unsure();
  }
  if (least > 1 && ladder.countIn(kept) < least) kept = within(find("count", least));
  ladder.rungs = kept;
}

function partOf(rung: Rung, divisor: number, centre: number, distance: number): readonly Rung[] {
  if (!isSpan(rung)) return Math.abs(rung.placeBy(divisor) - centre) <= distance ? [rung] : [];
  const range = clipped(rung.range, centre, distance);
  return range.low < range.high ? [new SpanRung(range)] : [];
}

/** The part of a range within a distance: of every number in it the difference, as it is rounded, is no greater. */
function clipped({ low, high }: LogitRange, centre: number, distance: number): LogitRange {
  const isIn = (x: number) => Math.abs(x - centre) <= distance;
  const least = firstWhere(-Number.MAX_VALUE, centre, isIn),
    most = -firstWhere(-Number.MAX_VALUE, -centre, (x) => isIn(-x));
  return { low: Math.max(low, least), high: Math.min(high, nextAbove(most)) };
}
