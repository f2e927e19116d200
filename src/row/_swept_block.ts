import { type Kernels, type Lane, type Level, TILE } from "../../kernels/mod.ts";
import type { Block, Segment } from "../core/mod.ts";
import { type Values, viewOf } from "./_run.ts";

/** A run of whole tiles of one stream of a row, after the sweep. Its view is made only if it is asked for. */
export class SweptBlock implements Block {
  readonly tiles: number;
  readonly table: Float64Array;
  #values: Values | undefined;

  constructor(
    readonly kernels: Kernels,
    readonly level: Level,
    { rows }: Pick<Lane, "rows">,
    readonly at: number,
    readonly count: number,
    readonly row: number,
    readonly start: number,
    readonly weights?: number,
  ) {
    this.tiles = Math.ceil(count / TILE);
    this.table = rows;
  }

  get values(): Values {
    return this.#values ??= viewOf(this.kernels, this.at, this.count);
  }

  /** One tile, for reducers that have no `stepBlock`. */
  segment(tile: number): Segment {
    const from = tile * TILE;
    return { values: this.values.subarray(from, from + TILE), row: this.row, start: this.start + from };
  }
}
