import type { Segment } from "../core/mod.ts";
import { CELL, GROUP, type Ladder } from "./_ladder.ts";
import type { Edit } from "./stage.ts";

/** A chain that goes on only after its edits so far have been applied to the row: it is read again, edited. */
export class Restart {
  constructor(
    /** To be applied after the edits of this read. */
    readonly edits: readonly Edit[],
    /** How many stages are done. */
    readonly done: number,
  ) {}
}

/** The edit that masks what lies outside a ladder's window. */
export function windowEdit(ladder: Ladder, member: (rung: number, j: number) => number): Edit {
  const { from, to, high, deep, id, n } = ladder;
  const last = to - 1;
  const low = deep[last];
  const [least, most] = id[last] === CELL
    ? [0, Infinity]
    : id[last] === GROUP
    ? [member(last, 0), member(last, n[last] - 1)]
    : [lowestOfTies(ladder, last), id[last]];
  const top = from === 0 ? Infinity : high[from];
  const first = from === 0 || id[from] < 0 ? 0 : id[from];
  function keeps(x: number, token: number): boolean {
    if (!(x >= low && x <= top)) return false;
    return (x !== low || (token >= least && token <= most)) && (x !== top || token >= first);
  }
  return {
    apply({ values, start }: Segment): void {
      for (let i = 0; i < values.length; i++) if (!keeps(values[i], start + i)) values[i] = -Infinity;
    },
  };
}

/** The lowest kept id of the equal tokens that end the window. */
function lowestOfTies({ from, high, id }: Ladder, last: number): number {
  let first = last;
  while (first > from && high[first - 1] === high[last] && id[first - 1] >= 0) first--;
  return id[first];
}

/** The edit that divides by a temperature found on the way. */
export function divideEdit(t: number): Edit {
  return {
    apply({ values }: Segment): void {
      for (let i = 0; i < values.length; i++) values[i] /= t;
    },
  };
}
