// The cut of top-k, and what ties do at any cut.
import { EqualRung, isSpan, type Rung, setLogit } from "./_rung.ts";
import type { Rungs } from "./_rungs.ts";
import { downTo, reach } from "./_reach.ts";
import type { Ties } from "../stages/ties.ts";

/** Keeps the best k of the tokens that are kept. */
export function keepCount(ladder: Rungs, k: number, ties: Ties, isListed = false): void {
  let seen = 0;
  for (let i = 0; i < ladder.rungs.length; i++) {
    const rung = ladder.rungs[i];
    if (isSpan(rung) && k <= FEW_COUNTED && !isListed) {
      ladder.listBest(k);
      return keepCount(ladder, k, ties, true);
    }
    const n = ladder.countOf(rung);
    if (seen + n < k) {
      seen += n;
      continue;
    }
    const kept = ladder.rungs.slice(0, i);
    if (!isSpan(rung)) return endWith(ladder, [...kept, rung], k - seen, ties);
    const { key } = reach(ladder, { ...downTo(ladder, rung.range), by: "count", wanted: k - seen });
    const { above, group } = ladder.parted(rung.range, key);
    return endWith(ladder, [...kept, above, group], k - seen - ladder.countOf(above), ties);
  }
}

/** So many of the best are found by one pass. */
const FEW_COUNTED = 256;

/** Ends what is kept with `count` tokens of the last rung, which are equal, as the tie rule says. */
export function endWith(ladder: Rungs, rungs: readonly Rung[], count: number, ties: Ties): void {
  const last = rungs[rungs.length - 1];
  ladder.rungs = rungs.filter((rung) => !isSpan(rung) || ladder.countOf(rung) > 0);
  if (isSpan(last) || ties === "all" || count >= last.n) return;
  const ids = Uint32Array.from(last.ids);
  ladder.rungs[ladder.rungs.length - 1] = partOf(
    ladder,
    last,
    ties === "highestId" ? ids.slice(-count) : ids.slice(0, count),
  );
}

/** Some of equal tokens. */
export function partOf({ top }: Rungs, { raw, upper, raws }: EqualRung, ids: Uint32Array): EqualRung {
  const part = new EqualRung(ids, raw, upper, raws);
  setLogit(part, upper, top);
  return part;
}
