// The cut of exclude top choices (XTC).
import { ln } from "../../../kernels/mod.ts";
import { partOf } from "./_keep_count.ts";
import { type EqualRung, HALF_STEP, isSpan, type Rung, SpanRung } from "./_rung.ts";
import type { Rungs } from "./_rungs.ts";

/** Drops all but the last of the tokens of at least a log-probability, if `least` candidates stay. */
export function dropTop(ladder: Rungs, logprob: number, least: number): void {
  const above = ln(ladder.mass) + logprob - HALF_STEP, t = ladder.top + above;
  ladder.requireSure(t);
  // No token is that likely; beside a large logit `t` would not show it.
  if (above > 0 || !(ladder.largest() >= t)) return;
  const rungs = listedFrom(ladder, t);
  let last = -1;
  while (last + 1 < rungs.length && !isSpan(rungs[last + 1]) && (rungs[last + 1] as EqualRung).upper >= t) last++;
  const choices = rungs.slice(0, last + 1) as EqualRung[];
  const dropped = choices.reduce((sum, { n }) => sum + n, 0) - 1;
  if (dropped < 1) return;
  // At a threshold of 0 every candidate is a top choice, a masked one too: the least likely token alone stays.
  const left = logprob === -Infinity ? 1 : ladder.candidates - dropped;
  if (left < least) return;
  ladder.slots -= dropped;
  // Of equal tokens the highest id is the last.
  const stays = choices[last], ids = Uint32Array.from(stays.ids).slice(-1);
  ladder.rungs = [stays.n === 1 ? stays : partOf(ladder, stays, ids), ...rungs.slice(last + 1)];
}

/** What is kept, with the tokens of at least a logit listed. */
function listedFrom(ladder: Rungs, t: number): Rung[] {
  const low = t * ladder.divisor;
  return ladder.rungs.flatMap((rung): readonly Rung[] => {
    if (!isSpan(rung) || !(rung.range.high > low)) return [rung];
    const { range } = rung;
    if (range.low >= low) return ladder.list(range);
    return [...ladder.list({ low, high: range.high }), new SpanRung({ low: range.low, high: low })];
  });
}
