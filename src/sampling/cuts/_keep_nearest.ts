// The cut of locally typical sampling.
import { ln } from "../../../kernels/mod.ts";
import { keepAbout } from "./_keep_about.ts";
import { HALF_STEP, isCell, type Rung } from "./_rung.ts";
import type { Rungs } from "./_rungs.ts";

/** A rung with its least and its greatest distance from the centre. */
interface Placed {
  readonly rung: Rung;
  readonly near: number;
  readonly far: number;
  /** Whether all its tokens lie farther than `near`. */
  readonly beyond: boolean;
}

/**
 * Keeps the tokens whose logit is nearest to the typical one, `top + ln mass - H`, that hold a share p of the mass, and at least
 * `least`: all within some reach. Of cells it is known only between which distances they lie, so the reach is found between bounds, and
 * cells that straddle them are split.
 */
export function keepNearest(ladder: Rungs, p: number, least: number): void {
  const { mass, entropy } = ladder;
  const shift = ladder.entropyError + (ladder.error > 0 ? ladder.error / mass : 0);
  const centre = ladder.top + ln(mass) - entropy;
  const wanted = Math.max(p - HALF_STEP, p / 2) * mass, doubt = (1 + p) * ladder.error;
  for (;;) {
    const placed = ladder.kept.map((rung) => placeOf(rung, centre));
    const low = reachOf(placed, ({ near }) => near, wanted - doubt, least) - 2 * shift;
    const high = reachOf(placed, ({ far }) => far, wanted + doubt, least) + 2 * shift;
    if (!splitAny(ladder, placed, low, high)) return narrow(ladder, placed, low, high, wanted);
  }
}

function placeOf(rung: Rung, centre: number): Placed {
  const above = Math.abs(rung.upper - centre);
  if (!isCell(rung)) return { rung, near: above, far: above, beyond: false };
  const below = Math.abs(rung.lower - centre);
  const astride = rung.lower < centre && rung.upper > centre;
  const near = astride ? 0 : Math.min(above, below);
  return { rung, near, far: Math.max(above, below), beyond: !astride && above <= below && !rung.closed };
}

/** The distance within which a mass lies, and `least` tokens, if each rung lies at `distance`. */
function reachOf(placed: readonly Placed[], distance: (one: Placed) => number, mass: number, least: number): number {
  const order = [...placed].sort((a, b) => distance(a) - distance(b));
  let sum = 0, seen = 0;
  for (const one of order) {
    sum += one.rung.m;
    seen += one.rung.n;
    if (sum >= mass && seen >= least) return distance(one);
  }
  return Infinity;
}

/** Whether a token of a rung may lie within a reach. */
function touches({ near, beyond }: Placed, reach: number): boolean {
  return beyond ? near < reach : near <= reach;
}

/** Whether it is left open if a rung lies within the reach, which is somewhere between two bounds. */
function isOpen(one: Placed, low: number, high: number): boolean {
  return touches(one, high) && one.far > low;
}

function splitAny(ladder: Rungs, placed: readonly Placed[], low: number, high: number): boolean {
  let split = false;
  for (let i = placed.length - 1; i >= 0; i--) {
    if (isCell(placed[i].rung) && isOpen(placed[i], low, high)) split = ladder.split(ladder.from + i) || split;
  }
  return split;
}

/** Puts the window around the rungs within the reach; of those that are open a share stays, as unsure. */
function narrow(ladder: Rungs, placed: readonly Placed[], low: number, high: number, wanted: number): void {
  const open: number[] = [];
  let sure = 0, some = 0, first = Infinity, last = -1;
  placed.forEach((one, i) => {
    if (!touches(one, high)) return;
    first = Math.min(first, i);
    last = i;
    if (!isOpen(one, low, high)) sure += one.rung.m;
    else {
      open.push(ladder.from + i);
      some += one.rung.m;
    }
  });
  if (last < 0) return;
  // A single token, or group, that is open is the one that completes the mass: it stays.
  if (open.length === 1 && !isCell(ladder.rungs[open[0]]) && high < Infinity) open.pop();
  const { from } = ladder;
  ladder.to = from + last + 1;
  ladder.from = from + first;
  const share = some > 0 ? Math.min(1, Math.max(0, (wanted - sure) / some)) : 1;
  // Of equal distances all stay or none does: the doubt is as large as the rung.
  for (const i of open) {
    keepAbout(ladder, i, i, ladder.rungs[i].n * share, ladder.rungs[i].n * Math.max(share, 1 - share));
  }
}
