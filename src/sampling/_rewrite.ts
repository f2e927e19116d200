import { type Rung, setLogit, tokenRung } from "./_rung.ts";
import type { RungLadder } from "./_rung_ladder.ts";

/** Gives each token of a listed window another logit, and sorts anew. */
export function rewrite(ladder: RungLadder, logit: (x: number, id: number) => number): void {
  const kept: Rung[] = [];
  for (const { id, ids, x, high } of ladder.kept) {
    for (const one of ids ?? [id]) {
      const rung = tokenRung(one, logit(x, one), ladder.top);
      rung.high = rung.deep = high;
      kept.push(rung);
    }
  }
  kept.sort((a, b) => a.x === b.x ? a.id - b.id : a.x < b.x ? 1 : -1);
  ladder.top = kept.length > 0 && kept[0].x > -Infinity ? kept[0].x : 0;
  for (const rung of kept) setLogit(rung, rung.x, ladder.top);
  ladder.replace(ladder.from, ladder.to, kept);
  ladder.to = ladder.from + kept.length;
  ladder.rowSpread = undefined;
}
