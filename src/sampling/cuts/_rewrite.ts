// New logits for tokens that are known one by one.
import { equalRung, idsOf, type Rung, setLogit } from "./_rung.ts";
import type { Rungs } from "./_rungs.ts";

/** Gives each token of a listed window another logit, and sorts anew. */
export function rewrite(ladder: Rungs, logit: (x: number, id: number) => number): void {
  const kept: Rung[] = [];
  for (const old of ladder.kept) {
    for (const id of idsOf(old)) {
      const rung = equalRung(logit(old.upper, id), ladder.top, id);
      rung.rawUpper = rung.rawLower = old.rawUpper;
      kept.push(rung);
    }
  }
  kept.sort((a, b) => a.upper === b.upper ? a.id - b.id : a.upper < b.upper ? 1 : -1);
  ladder.top = kept.length > 0 && kept[0].upper > -Infinity ? kept[0].upper : 0;
  for (const rung of kept) setLogit(rung, rung.upper, ladder.top);
  ladder.replace(ladder.from, ladder.to, kept);
  ladder.to = ladder.from + kept.length;
  ladder.rowSpread = undefined;
}
