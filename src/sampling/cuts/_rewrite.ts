// New logits for tokens that are known one by one.
import { EqualRung, equalRungs, setLogit } from "./_rung.ts";
import type { Rungs } from "./_rungs.ts";

/** Gives each listed token another logit, and sorts anew. */
export function rewrite(ladder: Rungs, logit: (x: number, id: number) => number): void {
  const raws = new Map<number, number>(), values: number[] = [], ids: number[] = [];
  for (const rung of ladder.rungs as EqualRung[]) {
    for (const id of rung.ids) {
      raws.set(id, rung.rawOf(id));
      values.push(logit(rung.upper, id));
      ids.push(id);
    }
  }
  const rungs = equalRungs(values, Uint32Array.from(ids), (x) => x);
  ladder.top = rungs.length > 0 && rungs[0].upper > -Infinity ? rungs[0].upper : 0;
  ladder.rungs = rungs.map(({ ids, upper }) => {
    const rung = new EqualRung(ids, NaN, upper, raws);
    setLogit(rung, upper, ladder.top);
    return rung;
  });
}
