import { ln } from "../../kernels/mod.ts";
import { HALF_STEP } from "./_half_step.ts";
import { isCell } from "./_rung.ts";
import type { RungLadder } from "./_rung_ladder.ts";

/** Drops all but the last of the tokens of at least a log-probability, if `least` stay. */
export function dropTop(ladder: RungLadder, logprob: number, least: number): void {
  const { mass, error, top, rungs } = ladder;
  const t = top + ln(mass) + logprob - HALF_STEP, doubt = error > 0 ? error / mass + 1e-9 : 0;
  let last = -1;
  for (let i = ladder.from; i < ladder.to; i++) {
    const { upper, unsure } = rungs[i];
    const cell = isCell(rungs[i]), near = doubt > 0 && Math.abs(upper - t) <= doubt;
    if (cell ? upper >= t - doubt : near || (unsure && upper >= t)) ladder.refuse(i, "a top choice");
    if (cell || !(upper >= t)) break;
    last = i;
  }
  if (last < ladder.from || (last === ladder.from && rungs[last].n === 1)) return;
  let left = 1;
  for (let i = last + 1; i < ladder.to; i++) left += rungs[i].n;
  if (left < least) return;
  ladder.from = last;
  // Of equal tokens the highest id is the last.
  ladder.keepPart(last, 1, true);
}
