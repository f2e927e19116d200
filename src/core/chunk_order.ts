import type { Chunk } from "./chunk.ts";
import { type Position, positionAfter } from "./_position.ts";
import { isDetached } from "./detached.ts";
import { ShapeError, SourceError } from "./errors.ts";
import type { Shape } from "./shape.ts";

/**
 * Where a stream of chunks stands, and whether the next chunk follows: order is checked, never assumed.
 *
 * @example A gap of one id
 * ```ts
 * import { ChunkOrder, ShapeError } from "@sluice/sluice/core";
 * import { assertThrows } from "@std/assert";
 *
 * const shape = { rows: 1, vocabulary: 4, dtype: "f32" } as const;
 * const order = new ChunkOrder(shape, [0, 1], [0, 4]);
 * order.take({ shape, data: new Float32Array(2), row: 0, start: 0 });
 * const late = { shape, data: new Float32Array(1), row: 0, start: 3 };
 * assertThrows(() => order.take(late), ShapeError, "the last one ended before row 0, id 2");
 * ```
 */
export class ChunkOrder {
  #next: Position;
  #shape: Shape;
  #columns: readonly [number, number];
  #lastRow: number;

  /** Starts before the first logit of a range (`rows[1]` may be Infinity). */
  constructor(shape: Shape, rows: readonly [number, number], columns: readonly [number, number]) {
    this.#shape = shape;
    this.#columns = columns;
    this.#next = { row: rows[0], id: columns[0] };
    this.#lastRow = rows[1];
  }

  /** Row and id of the next logit. */
  get next(): { readonly row: number; readonly id: number } {
    return this.#next;
  }

  /** Takes one chunk; refuses a gap, an overlap, an overrun, another dtype or detached memory. */
  take(chunk: Chunk): void {
    const { data, row, start } = chunk;
    if (isDetached(data)) {
      throw new ShapeError(
        `Cannot read the chunk at row ${row}, id ${start}: its memory was transferred away; pass a copy`,
        "E_DETACHED",
      );
    }
    if (!this.#fits(data)) {
      throw new ShapeError(
        `Cannot read the chunk at row ${row}, id ${start}: its data is a ${data.constructor.name}, the shape says ${this.#shape.dtype}`,
        "E_DTYPE",
      );
    }
    if (chunk.shape !== this.#shape) this.#checkShape(chunk);
    const next = this.#next;
    if (row !== next.row || start !== next.id) {
      throw new ShapeError(
        `Cannot read the chunk at row ${row}, id ${start}: the last one ended before row ${next.row}, id ${next.id}`,
        "E_ORDER",
      );
    }
    this.#advance(data.length);
  }

  #checkShape({ shape, row, start }: Chunk): void {
    const { vocabulary, dtype } = this.#shape;
    if (shape.vocabulary === vocabulary && shape.dtype === dtype) return;
    throw new ShapeError(
      `Cannot read the chunk at row ${row}, id ${start}: its shape says a vocabulary of ${shape.vocabulary} ${shape.dtype}, ` +
        `the source ${vocabulary} ${dtype}`,
    );
  }

  #fits(data: Chunk["data"]): boolean {
    const { dtype } = this.#shape;
    if (dtype === "f32") return data instanceof Float32Array;
    return dtype === "f64" ? data instanceof Float64Array : data instanceof Uint16Array;
  }

  #advance(count: number): void {
    const [from, to] = this.#columns;
    const { row, id } = this.#next = positionAfter(this.#next, count, this.#columns);
    if (row > this.#lastRow || (row === this.#lastRow && id > from)) {
      throw new SourceError(
        `Cannot read on: the source goes past row ${this.#lastRow - 1}, id ${to - 1}, the end of its shape`,
        "E_SOURCE_LONG",
      );
    }
  }

  /** Refuses an end inside a row, or before the last row of a known shape. */
  end(): void {
    const [from, to] = this.#columns, { row, id } = this.#next;
    const open = this.#lastRow === Infinity;
    if (id === from && (open || row === this.#lastRow)) return;
    const wanted = open ? `whole rows of ${to - from}` : `rows up to ${this.#lastRow - 1}`;
    throw new SourceError(
      `Cannot read on: the source ended at row ${row}, id ${id}; wanted ${wanted}`,
      "E_SOURCE_SHORT",
    );
  }
}
