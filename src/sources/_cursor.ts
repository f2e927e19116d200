import { positionAfter } from "../core/inside.ts";
import type { Shape } from "../core/mod.ts";

/** A range with nothing left open, as `checkRange` gives it. */
export interface FullRange {
  readonly rows: readonly [number, number];
  readonly columns: readonly [number, number];
}

/** Where the next chunk of a range begins, and how far it may go. */
export class Cursor {
  /** The row of the next logit. */
  row: number;
  /** The id of the next logit. */
  id: number;
  #shape: Shape;
  #range: FullRange;

  /** Stands before the first logit of the range. */
  constructor(shape: Shape, range: FullRange) {
    this.#shape = shape;
    this.#range = range;
    this.row = range.rows[0];
    this.id = range.columns[0];
  }

  /** Logits to the end of the range, or to the end of the row where only some columns are read: a chunk has no gaps. */
  get left(): number {
    const { rows, columns } = this.#range;
    if (this.row >= rows[1]) return 0;
    const { vocabulary } = this.#shape;
    if (columns[1] - columns[0] < vocabulary) return columns[1] - this.id;
    return (rows[1] - this.row) * vocabulary - this.id;
  }

  /** Goes past logits, at most `left`. */
  advance(count: number): void {
    ({ row: this.row, id: this.id } = positionAfter(this, count, this.#range.columns));
  }
}
