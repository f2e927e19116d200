// The kept tokens as an edit, for a row that is edited behind a cut: the others are masked.
import type { Segment } from "../../core/mod.ts";
import { firstAt } from "../../row/inside.ts";
import { isSpan, type Rung } from "./_rung.ts";
import type { Edit } from "../stages/stage.ts";

/** The edit that masks what is not kept. */
export function windowEdit(rungs: readonly Rung[]): Edit {
  const spans = rungs.filter(isSpan).map(({ range }) => range);
  const kept = rungs.flatMap((rung) => isSpan(rung) ? [] : Array.from(rung.ids as Uint32Array)).sort((a, b) => a - b);
  return {
    apply({ values, start }: Segment): void {
      let next = firstAt(kept, start);
      for (let i = 0; i < values.length; i++) {
        const isListed = kept[next] === start + i;
        if (isListed) next++;
        if (!isListed && !spans.some(({ low, high }) => values[i] >= low && values[i] < high)) values[i] = -Infinity;
      }
    },
  };
}
