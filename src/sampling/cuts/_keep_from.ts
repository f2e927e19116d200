// The cut at a threshold: min-p, epsilon, eta, top-n-sigma and the like.
import { keepCount } from "./_keep_count.ts";
import { isSpan, type Rung, SpanRung } from "./_rung.ts";
import type { Rungs } from "./_rungs.ts";
import type { Ties } from "../stages/ties.ts";

/** Keeps the tokens whose logit is at least `t`, and the best `least`: `ties` says what those do that equal the last of them. */
export function keepFrom(ladder: Rungs, t: number, least: number, ties: Ties): void {
  if (t === -Infinity) return;
  const before = ladder.rungs, low = t * ladder.divisor;
  ladder.rungs = before.flatMap((rung) => partFrom(rung, t, low));
  // The largest is known without a pass over the row.
  if (least === 1 ? before.length > 0 && ladder.largestOf(before) >= t : ladder.count >= least) return;
  ladder.rungs = before;
  keepCount(ladder, least, ties);
}

function partFrom(rung: Rung, t: number, low: number): readonly Rung[] {
  if (!isSpan(rung)) return rung.upper >= t ? [rung] : [];
  const { range } = rung;
  if (range.low >= low) return [rung];
  return range.high > low ? [new SpanRung({ low, high: range.high })] : [];
}
