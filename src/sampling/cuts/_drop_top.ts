// The cut of exclude top choices (XTC).
import { ln } from "../../../kernels/mod.ts";
import { HALF_STEP, isCell } from "./_rung.ts";
import type { Rungs } from "./_rungs.ts";

/** Drops all but the last of the tokens of at least a log-probability, if `least` candidates stay. */
export function dropTop(ladder: Rungs, logprob: number, least: number): void {
  const { mass, error, top, rungs } = ladder;
  const above = ln(mass) + logprob - HALF_STEP, t = top + above, doubt = error > 0 ? error / mass + 1e-9 : 0;
  // No token is that likely; beside a large logit `t` would not show it.
  if (above > doubt) return;
  let last = -1;
  for (let i = ladder.from; i < ladder.to; i++) {
    const { upper, unsure } = rungs[i];
    const cell = isCell(rungs[i]), near = doubt > 0 && Math.abs(upper - t) <= doubt;
    if (cell ? upper >= t - doubt : near || (unsure && upper >= t)) ladder.refuse(i, "a top choice");
    if (cell || !(upper >= t)) break;
    last = i;
  }
  if (last < ladder.from || (last === ladder.from && rungs[last].n === 1)) return;
  let dropped = -1, unsure = 0;
  for (let i = ladder.from; i <= last; i++) dropped += rungs[i].n;
  for (let i = ladder.from; i < ladder.to; i++) unsure += rungs[i].countDoubt;
  // At a threshold of 0 every candidate is a top choice, a masked one too: the least likely token alone stays.
  const left = logprob === -Infinity ? 1 : ladder.candidates - dropped;
  if (unsure > 0 && Math.abs(left - least) <= unsure) ladder.giveUp("how many candidates stay");
  if (left < least) return;
  ladder.slots -= dropped;
  ladder.from = last;
  // Of equal tokens the highest id is the last.
  ladder.keepPart(last, 1, true);
}
