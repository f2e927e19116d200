import type { Folded } from "../core/mod.ts";
import type { StateContent } from "./_content.ts";
import { firstAt } from "./_first_at.ts";
import { slotMaximum } from "./slot_fault.ts";

/** What the content of a state says was folded of one of its streams: its parts without the fragments at their ends. */
export function foldedIds(content: StateContent, at: number, names: readonly string[] = []): Folded {
  const { row, vocabulary, backend, element, streams, parts } = content;
  const { sum, nan, posInf } = streams[at];
  /** Where each run of ids begins and ends, in turn: whole tiles. */
  const borders = parts.flatMap(({ from, to, head, tail }) => [from + head[0].length, to - tail[0].length]);
  return {
    row,
    vocabulary,
    backend,
    element,
    count: borders.reduce((sum, id, i) => i % 2 ? sum + id : sum - id, 0),
    maximum: slotMaximum(sum),
    nan,
    posInf,
    // An id is in a run if the last border at or below it is where one begins: the first, the third, and so on.
    of: (stream) => foldedIds(content, names.indexOf(stream), names),
    has: (id) => Number.isSafeInteger(id) && firstAt(borders, id + 1) % 2 === 1,
  };
}
