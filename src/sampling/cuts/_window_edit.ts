// The kept tokens as an edit, for a row that is read again: the others are masked.
import type { Segment } from "../../core/mod.ts";
import { isCell, type Rung } from "./_rung.ts";
import type { RungLadder } from "./_rung_ladder.ts";
import type { Edit } from "../stages/stage.ts";

/** The edit that masks what lies outside a ladder's window. */
export function windowEdit(ladder: RungLadder): Edit {
  const { rungs, from, to } = ladder;
  // Part of a group at the top may have been dropped: the first rung is a bound even if no rung lies above it.
  const isLow = lowerEnd(rungs, from, to - 1), isHigh = upperEnd(rungs[from]);
  return {
    apply({ values, start }: Segment): void {
      for (let i = 0; i < values.length; i++) {
        if (!(isLow(values[i], start + i) && isHigh(values[i], start + i))) values[i] = -Infinity;
      }
    },
  };
}

type Test = (x: number, token: number) => boolean;

/** Whether a logit lies at or above the window's last rung. */
function lowerEnd(rungs: readonly Rung[], from: number, last: number): Test {
  const { rawLower, id, ids } = rungs[last];
  if (isCell(rungs[last])) return (x) => x >= rawLower;
  const [least, most] = ids ? [ids[0], ids[ids.length - 1]] : [lowestOfTies(rungs, from, last), id];
  return (x, token) => x > rawLower || (x === rawLower && token >= least && token <= most);
}

/** Whether a logit lies at or below the window's first rung. */
function upperEnd(rung: Rung): Test {
  const { rawUpper, id, ids } = rung;
  if (isCell(rung)) return rung.closed ? (x) => x <= rawUpper : (x) => x < rawUpper;
  const least = ids ? ids[0] : id;
  return (x, token) => x < rawUpper || (x === rawUpper && token >= least);
}

/** The lowest kept id of the equal tokens that end the window. */
function lowestOfTies(rungs: readonly Rung[], from: number, last: number): number {
  let first = last;
  while (first > from && rungs[first - 1].rawUpper === rungs[last].rawUpper && rungs[first - 1].id >= 0) first--;
  return rungs[first].id;
}
