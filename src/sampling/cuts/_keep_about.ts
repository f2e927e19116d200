// Cuts whose place is not known: a run of rungs stays, each with the share of its tokens that is likely kept, marked as unsure.
import { exp } from "../../../kernels/mod.ts";
import { isCell, keepShare, type Rung } from "./_rung.ts";
import type { Rungs } from "./_rungs.ts";

/** Keeps about `n` tokens of rungs i to j, `doubt` more or fewer. */
export function keepAbout(ladder: Rungs, i: number, j: number, n: number, doubt: number): void {
  const { count } = totals(ladder, i, j);
  keepUnsure(ladder, i, j, count > 0 ? n / count : 1, (rung, excess) => {
    const more = shareOut(Math.min(doubt, count), rung.n, count);
    rung.countDoubt += more;
    rung.massDoubt += more + excess;
  });
}

/** How many tokens are kept of some rungs by their mass. */
export interface MassShare {
  /** The share of their mass, and of their tokens. */
  readonly share: number;
  /** How many tokens more or fewer it may be. */
  readonly countDoubt: number;
  /** How much more or less mass. */
  readonly massDoubt: number;
}

/** Keeps a share of rungs i to j of which the mass is known better than the count. */
export function keepMassAbout(ladder: Rungs, i: number, j: number, { share, countDoubt, massDoubt }: MassShare): void {
  const { count, mass } = totals(ladder, i, j);
  keepUnsure(ladder, i, j, share, (rung, excess) => {
    const weight = exp(rung.upper - ladder.top);
    rung.countDoubt += shareOut(Math.min(countDoubt, count), rung.n, count) + excess;
    // What weighs nothing may be off by all of it.
    rung.massDoubt += weight > 0 ? Math.min(rung.n + 1, shareOut(massDoubt, rung.m, mass) / weight) : rung.n;
  });
}

/** The part of a doubt that falls to who has `some` of `all`; the whole doubt where there is nothing to go by. */
function shareOut(doubt: number, some: number, all: number): number {
  return all > 0 ? doubt * some / all : doubt;
}

/** Count and mass of rungs i to j. */
export function totals({ rungs }: Rungs, i: number, j: number): { readonly count: number; readonly mass: number } {
  let count = 0, mass = 0;
  for (let at = i; at <= j; at++) {
    count += rungs[at].n;
    mass += rungs[at].m;
  }
  return { count, mass };
}

/** No share is so small that a stage to come could not make more of it: nothing is ever divided by 0. */
const LEAST_SHARE = 2 ** -20;

/**
 * Keeps a share of each of rungs i to j. `addDoubt` adds how far count and mass of one may be off. Of a cell the best tokens stay, which
 * weigh more than its mean: by the mass of so many tokens, `excess`, its share is too light at most.
 */
function keepUnsure(
  ladder: Rungs,
  i: number,
  j: number,
  wanted: number,
  addDoubt: (rung: Rung, excess: number) => void,
): void {
  const share = Math.min(1, Math.max(LEAST_SHARE, wanted));
  for (let at = i; at <= j; at++) {
    const rung = ladder.rungs[at];
    ladder.note(at);
    addDoubt(rung, isCell(rung) ? rung.n * share * (1 - share) * Math.min(1, rung.upper - rung.lower) : 0);
    rung.unsure = true;
    keepShare(rung, share);
  }
}
