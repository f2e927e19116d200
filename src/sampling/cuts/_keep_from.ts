// The cut at a threshold: min-p, epsilon, eta, top-n-sigma and the like.
import { keepAbout } from "./_keep_about.ts";
import { keepCount } from "./_keep_count.ts";
import { isCell, type Rung } from "./_rung.ts";
import type { Rungs } from "./_rungs.ts";
import type { Ties } from "../stages/ties.ts";

/**
 * Keeps the tokens whose logit is at least `t`, which may be off by `doubt`, and the best `least`: `ties` says what those do that equal
 * the last of them.
 */
export function keepFrom(ladder: Rungs, t: number, least: number, doubt: number, ties: Ties): void {
  if (t === -Infinity && doubt < Infinity) return;
  if (!Number.isFinite(t) || !Number.isFinite(doubt)) ladder.giveUp("where the threshold lies");
  let end = ladder.from, first = -1;
  for (; end < ladder.to; end++) {
    const rung = ladder.rungs[end];
    if (rung.lower >= t + doubt) continue;
    if (isBelow(rung, t - doubt)) break;
    if (ladder.split(end)) end--;
    else if (isCell(rung) || doubt > 0) {
      if (first < 0) first = end;
    } else break;
  }
  let sure = 0, some = 0;
  for (let i = ladder.from; i < end; i++) {
    if (first >= 0 && i >= first) some += ladder.rungs[i].n;
    else sure += ladder.rungs[i].n;
  }
  if (sure + some < least || (sure < least && first < 0)) return keepCount(ladder, least, ties);
  ladder.to = end;
  if (first < 0) return;
  const fewest = Math.max(0, least - sure);
  keepAbout(ladder, first, end - 1, (fewest + some) / 2, (some - fewest) / 2);
}

/** Whether no token of a rung reaches `t`. */
function isBelow(rung: Rung, t: number): boolean {
  return isCell(rung) && !rung.closed ? rung.upper <= t : rung.upper < t;
}
