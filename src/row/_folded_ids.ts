import type { Backend } from "../../kernels/mod.ts";
import type { Folded } from "../core/mod.ts";
import { firstAt } from "./_first_at.ts";
import { slotMaximum } from "./slot_fault.ts";
import type { StateContent } from "./_content.ts";

/** What the content of a state says was folded: its parts without the fragments at their ends. */
export class FoldedIds implements Folded {
  readonly row: number;
  readonly vocabulary: number;
  readonly count: number;
  readonly maximum: number;
  readonly nan: number;
  readonly posInf: number;
  readonly backend: Backend;
  readonly element: "f32" | "f64";
  /** Where each run of ids begins and ends, in turn: whole tiles. */
  readonly #borders: Float64Array;

  constructor({ row, vocabulary, backend, element, streams: [{ sum, nan, posInf }], parts }: StateContent) {
    this.row = row;
    this.vocabulary = vocabulary;
    this.backend = backend;
    this.element = element;
    this.maximum = slotMaximum(sum);
    this.nan = nan;
    this.posInf = posInf;
    this.#borders = Float64Array.from(
      parts.flatMap(({ from, to, head, tail }) => [from + head[0].length, to - tail[0].length]),
    );
    this.count = this.#borders.reduce((sum, id, i) => i % 2 ? sum + id : sum - id, 0);
  }

  has(id: number): boolean {
    // Between the two ends of a run there are an odd number of borders below the next id.
    return Number.isSafeInteger(id) && firstAt(this.#borders, id + 1) % 2 === 1;
  }
}
