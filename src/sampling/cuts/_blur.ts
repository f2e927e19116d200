import { exp } from "../../../kernels/mod.ts";
import { isCell, keepShare, type Rung } from "./_rung.ts";
import type { Rungs } from "./_rungs.ts";

/** Marks rungs i to j as kept in part: about `n` tokens of theirs, `doubt` more or fewer. */
export function blur(ladder: Rungs, i: number, j: number, n: number, doubt: number): void {
  const { count } = sumsOf(ladder, i, j);
  mark(ladder, i, j, count > 0 ? n / count : 1, (rung, skew) => {
    const more = part(rung.n, Math.min(doubt, count), count);
    rung.countDoubt += more;
    rung.massDoubt += more + skew;
  });
}

/** The same where their mass is known better: a share of it, `haze` more or less, and `doubt` tokens more or fewer. */
export function blurMass(
  ladder: Rungs,
  i: number,
  j: number,
  { share, doubt, haze }: { readonly share: number; readonly doubt: number; readonly haze: number },
): void {
  const { count, mass } = sumsOf(ladder, i, j);
  mark(ladder, i, j, share, (rung, skew) => {
    const weight = exp(rung.upper - ladder.top);
    rung.countDoubt += part(rung.n, Math.min(doubt, count), count) + skew;
    // What weighs nothing may be off by all of it.
    rung.massDoubt += weight > 0 ? Math.min(rung.n + 1, part(rung.m, haze, mass) / weight) : rung.n;
  });
}

/** `whole` shared out by `some` of `all`; the whole to everyone where there is nothing to go by. */
function part(some: number, whole: number, all: number): number {
  return all > 0 ? whole * some / all : whole;
}

/** Count and mass of rungs i to j. */
export function sumsOf({ rungs }: Rungs, i: number, j: number): { readonly count: number; readonly mass: number } {
  let count = 0, mass = 0;
  for (let at = i; at <= j; at++) {
    count += rungs[at].n;
    mass += rungs[at].m;
  }
  return { count, mass };
}

/** No share is so small that a stage to come could not make more of it: nothing is ever divided by 0. */
const LEAST_SHARE = 2 ** -20;

/** `skew`: by how many tokens more than its share the best of a cell weigh. */
function mark(
  ladder: Rungs,
  i: number,
  j: number,
  wanted: number,
  note: (rung: Rung, skew: number) => void,
): void {
  const share = Math.min(1, Math.max(LEAST_SHARE, wanted));
  for (let at = i; at <= j; at++) {
    const rung = ladder.rungs[at];
    ladder.note(at);
    note(rung, isCell(rung) ? rung.n * share * (1 - share) * Math.min(1, rung.upper - rung.lower) : 0);
    rung.unsure = true;
    keepShare(rung, share);
  }
}
