// Edits of some tokens by their ids.
import type { Segment } from "../../core/mod.ts";
import { firstAt } from "../../row/inside.ts";
import { refuse } from "./_refuse.ts";
import type { Edit } from "./stage.ts";

/** An edit of some tokens only: their logits, joined to the tile by id. `undefined` if there are none. */
export function tokenEdit(ids: Iterable<number>, logit: (x: number, id: number) => number): Edit | undefined {
  const sorted = Float64Array.from(new Set(ids)).sort();
  if (sorted.length === 0) return undefined;
  return {
    apply({ values, start }: Segment): void {
      const end = start + values.length;
      for (let i = firstAt(sorted, start); i < sorted.length && sorted[i] < end; i++) {
        const at = sorted[i] - start;
        values[at] = logit(values[at], sorted[i]);
      }
    },
  };
}

/** The edit that masks some tokens. */
export function banEdit(ids: Iterable<number>): Edit | undefined {
  return tokenEdit(ids, () => -Infinity);
}

/** Refuses tokens that a vocabulary does not have. */
export function checkBelow(stage: string, ids: Iterable<number>, vocabulary: number): void {
  for (const id of ids) if (id >= vocabulary) refuse(stage, "id", id, `ids below the vocabulary, ${vocabulary}`);
}
