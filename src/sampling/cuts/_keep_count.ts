// The cut of top-k, and what ties do at any cut.
import { keepAbout } from "./_keep_about.ts";
import { isCell } from "./_rung.ts";
import type { Rungs } from "./_rungs.ts";
import type { Ties } from "../stages/ties.ts";

/** Keeps the best k tokens of a ladder's window. */
export function keepCount(ladder: Rungs, k: number, ties: Ties): void {
  let seen = 0, doubt = 0;
  for (let i = ladder.from; i < ladder.to; i++) {
    const rung = ladder.rungs[i];
    doubt += rung.countDoubt;
    if (seen + rung.n + doubt < k) {
      seen += rung.n;
      continue;
    }
    if (ladder.split(i)) {
      doubt -= rung.countDoubt;
      i--;
      continue;
    }
    if (isCell(rung) || doubt > 0) cutCell(ladder, i, k - seen, doubt, ties);
    else endWith(ladder, i, k - seen, ties);
    return;
  }
}

/** Ends the window inside a cell, of which `count` tokens are kept. */
function cutCell(ladder: Rungs, i: number, count: number, doubt: number, ties: Ties): void {
  const { n } = ladder.rungs[i];
  let last = i;
  // If the rungs above hold fewer tokens than were counted, the cut lies further down.
  for (let seen = n; seen < count + doubt && last + 1 < ladder.to; seen += ladder.rungs[++last].n);
  if (ties === "all") last = lastTie(ladder, last);
  ladder.to = last + 1;
  if (count === n && doubt === 0) return;
  requireNoTies(ladder, i, ties);
  if (ties === "all") keepAbout(ladder, i, last, (count + n) / 2, doubt + (n - count) / 2);
  else keepAbout(ladder, i, last, count, doubt);
}

/** The last rung that may hold a token equal to the lowest of rung i. */
export function lastTie(ladder: Rungs, i: number): number {
  const { rungs, to } = ladder;
  if (isCell(rungs[i])) return i;
  let last = i;
  while (last + 1 < to && rungs[last + 1].upper === rungs[i].upper && rungs[last + 1].closed) last++;
  return last;
}

/** A cut somewhere in rung i that keeps the highest ids may reach above it: to listed tokens that equal its largest. */
export function requireNoTies(ladder: Rungs, i: number, ties: Ties): void {
  const { rungs, from } = ladder;
  const { upper, closed, rawUpper } = rungs[i];
  if (ties !== "highestId" || !closed || i === from) return;
  if (isCell(rungs[i - 1]) || rungs[i - 1].upper !== upper) return;
  ladder.note(i);
  ladder.refuseTies(rawUpper);
}

/** Ends the window with the first `count` tokens of rung i, which are equal, and what the tie rule keeps beside them. */
export function endWith(ladder: Rungs, i: number, count: number, ties: Ties): void {
  let end = i + 1;
  if (ties !== "lowestId") {
    const { upper, rawUpper } = ladder.rungs[i];
    while (end < ladder.to && !isCell(ladder.rungs[end]) && ladder.rungs[end].upper === upper) end++;
    const next = ladder.rungs[end];
    if (end < ladder.to && isCell(next) && next.closed && next.upper >= upper) ladder.refuseTies(rawUpper);
  }
  if (ties === "all") ladder.to = end;
  else if (ties === "highestId") keepHighest(ladder, i, count, end);
  else {
    ladder.to = i + 1;
    ladder.keepPart(i, count);
  }
}

/** Of the tie group that ends before `end` and is cut after rung i, keeps the highest ids. */
function keepHighest(ladder: Rungs, i: number, count: number, end: number): void {
  const { rungs } = ladder;
  ladder.to = i + 1;
  if (rungs[i].ids) return ladder.keepPart(i, count, true);
  let begin = i;
  while (begin > ladder.from && rungs[begin - 1].upper === rungs[i].upper && rungs[begin - 1].id >= 0) begin--;
  // Equal tokens differ in their ids alone: the last ones change places with the first.
  const cut = end - (i + 1 - begin);
  ladder.replace(begin, end, [...rungs.slice(cut, end), ...rungs.slice(begin, cut)]);
}
