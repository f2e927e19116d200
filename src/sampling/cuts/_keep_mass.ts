// The cut of top-p. The rungs are gone through best first while the mass is surely short of what is wanted. The rung in which it may be
// reached is split as far as its source can; then it is one of equal tokens, or a narrow cell, and the cut lies at one place for sure or
// between two that are known.
import { exp } from "../../../kernels/mod.ts";
import { keepAbout, keepMassAbout, totals } from "./_keep_about.ts";
import { endWith, lastTie, requireNoTies } from "./_keep_count.ts";
import { HALF_STEP, isCell } from "./_rung.ts";
import type { Rungs } from "./_rungs.ts";
import type { Ties } from "../stages/ties.ts";

/** Keeps the fewest best tokens that hold a share p of the window's mass, and at least `least`. */
export function keepMass(ladder: Rungs, p: number, least: number, ties: Ties): void {
  const wanted = Math.max(p - HALF_STEP, p / 2) * ladder.mass, error = p * ladder.error;
  // `off`: how far `before` may be off.
  let before = 0, seen = 0, off = 0;
  for (let i = ladder.from; i < ladder.to; i++) {
    const rung = ladder.rungs[i];
    const after = before + rung.m, doubt = error + off + ladder.errorOf(rung);
    if (after + doubt < wanted || seen + rung.n < least) {
      before = after;
      off = doubt - error;
      seen += rung.n;
    } else if (ladder.split(i)) i--;
    else {
      const left = { mass: wanted - before, least: least - seen, doubt, rest: Math.max(0, error - off) };
      return cut(ladder, i, left, ties);
    }
  }
}

/** What the rungs before the cut leave to those from it on. */
interface Missing {
  readonly mass: number;
  readonly least: number;
  /** How far the mass that is wanted of them may be off. */
  readonly doubt: number;
  /** How far the mass of all kept tokens may be off, besides what the rungs before the cut may. */
  readonly rest: number;
}

/** Ends the window at rung i, the first in which the mass may be reached. */
function cut(ladder: Rungs, i: number, { mass, least, doubt, rest }: Missing, ties: Ties): void {
  const rung = ladder.rungs[i];
  // At least as many tokens as if all were as heavy as the heaviest, at most as many as if all were as light as the lightest.
  const heavy = exp(rung.upper - ladder.top), light = isCell(rung) ? exp(rung.lower - ladder.top) : heavy;
  const fewest = Math.max(1, least, tokensIn(mass - doubt, heavy));
  const most = Math.max(1, least, tokensIn(mass + doubt, light));
  if (fewest === most && most <= rung.n && !rung.unsure) {
    if (!isCell(rung)) return endWith(ladder, i, most, ties);
    ladder.to = i + 1;
    if (most === rung.n) return;
    requireNoTies(ladder, i, ties);
    return keepAbout(ladder, i, i, most, ties === "all" ? rung.n - most : 0);
  }
  requireNoTies(ladder, i, ties);
  const end = lastOf(ladder, i, mass + doubt), last = ties === "all" ? lastTie(ladder, end) : end;
  ladder.to = last + 1;
  const { count, mass: whole } = totals(ladder, i, last);
  // The last token may go beyond the mass by its own weight: half of that is likeliest.
  const likely = mass + heavy / 2;
  const share = Math.min(1, Math.max(whole > 0 ? likely / whole : 1, fewest / count));
  const out = ties === "all" ? 1 - share : 0;
  const massDoubt = heavy / 2 + rest + Math.abs(share * whole - likely) + out * whole;
  keepMassAbout(ladder, i, last, { share, countDoubt: 0.5 + tokensIn(doubt, light) + out * count, massDoubt });
}

/** How many tokens of a weight, which may be 0, hold a mass. */
function tokensIn(mass: number, weight: number): number {
  return mass > 0 ? Math.ceil(mass / weight) : 0;
}

/** The last rung that the cut may lie in. */
function lastOf(ladder: Rungs, i: number, mass: number): number {
  let sum = 0;
  for (let at = i; at < ladder.to; at++) {
    while (ladder.split(at));
    sum += ladder.rungs[at].m - ladder.errorOf(ladder.rungs[at]);
    if (sum >= mass) return at;
  }
  return ladder.to - 1;
}
