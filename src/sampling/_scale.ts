import { Poisoned } from "./_poisoned.ts";
import { isCell, setLogit } from "./_rung.ts";
import type { RungLadder } from "./_rung_ladder.ts";

/** Divides the logits by a temperature; gives whether that could be done, for cells are known at some temperatures only. */
export function scale(ladder: RungLadder, t: number): boolean {
  const divisor = ladder.divisor * t, top = ladder.top / t;
  if (!(top < Infinity)) throw new Poisoned("infinity");
  const { kept, source } = ladder;
  const sums = kept.map((rung) => isCell(rung) ? source?.weigh(rung, divisor) : undefined);
  if (kept.some((rung, i) => isCell(rung) && !sums[i])) return false;
  kept.forEach((rung, i) => {
    if (!isCell(rung)) return setLogit(rung, rung.upper / t, top);
    const { share } = rung;
    const [m, h, q] = sums[i]!;
    // What was known of a share's mass holds at the temperature of its cut.
    const haze = Math.max(rung.massDoubt, rung.countDoubt);
    Object.assign(rung, { x: rung.upper / t, low: rung.lower / t, m: m * share, h: h * share, q: q * share, haze });
  });
  ladder.divisor = divisor;
  ladder.top = top;
  return true;
}
