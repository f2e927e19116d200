// A temperature behind a cut.
import { InvalidLogit } from "./_interrupts.ts";
import { divisorFor } from "../stages/_temperature.ts";
import { type CellSums, isCell, type Rung, setLogit } from "./_rung.ts";
import type { Rungs } from "./_rungs.ts";

/** Divides the logits by a temperature; gives whether that could be done, for cells are known at some temperatures only. */
export function scale(ladder: Rungs, temperature: number): boolean {
  const t = divisorFor(temperature, ladder.wide);
  const divisor = ladder.divisor * t, top = ladder.top / t;
  if (!(top < Infinity)) throw new InvalidLogit("infinity");
  const { kept, source } = ladder;
  const sums = kept.map((rung) => isCell(rung) ? source?.sumsAt(rung, divisor) : undefined);
  if (kept.some((rung, i) => isCell(rung) && !sums[i])) return false;
  kept.forEach((rung, i) => {
    if (isCell(rung)) scaleCell(rung, sums[i]!, t);
    else setLogit(rung, rung.upper / t, top);
  });
  ladder.divisor = divisor;
  ladder.top = top;
  return true;
}

function scaleCell(rung: Rung, [m, h, q]: CellSums, t: number): void {
  rung.upper /= t;
  rung.lower /= t;
  rung.m = m * rung.share;
  rung.h = h * rung.share;
  rung.q = q * rung.share;
  // What was known of a share's mass holds at the temperature of its cut.
  rung.massDoubt = Math.max(rung.massDoubt, rung.countDoubt);
}
