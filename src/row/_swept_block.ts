import { type Kernels, type Lane, type Level, TILE } from "../../kernels/mod.ts";
import type { Block, Segment } from "../core/mod.ts";
import { dividedTo, type Values, viewOf } from "./_run.ts";
import { Undivided } from "./_undivided.ts";

/** A run of whole tiles of one stream of a row, after the sweep. What it takes time to make is made only if it is asked for. */
export class SweptBlock implements Block {
  readonly tiles: number;
  readonly table: Float64Array;
  readonly undivided: Undivided | undefined;
  readonly #lane: Pick<Lane, "rows" | "mapped">;
  #at: number | undefined;
  #values: Values | undefined;

  /** `by`: what the logits from `at` on are still to be divided by, if by anything. */
  constructor(
    readonly kernels: Kernels,
    readonly level: Level,
    lane: Pick<Lane, "rows" | "mapped">,
    at: number,
    readonly count: number,
    readonly row: number,
    readonly start: number,
    by?: number,
    readonly weights?: number,
  ) {
    this.tiles = Math.ceil(count / TILE);
    this.table = lane.rows;
    this.#lane = lane;
    if (by === undefined) this.#at = at;
    else this.undivided = new Undivided(kernels, at, count, by);
  }

  /** Sweeps it into a table, and stores the weights if they are wanted, to the same sums; gives how many of its tiles hold a NaN or +Infinity. */
  sweep(table: number): number {
    const { kernels, level, count, undivided, weights } = this;
    if (weights !== undefined) {
      const invalid = kernels.store(this.at, count, table, weights);
      if (level === "sum") return invalid;
    }
    if (undivided && (level === "maximum" || level === "sum")) {
      return kernels.sweepDivided(level, undivided.at, count, undivided.by, table);
    }
    return kernels.sweep(level, this.at, count, table);
  }

  get at(): number {
    return this.#at ??= this.#divided();
  }

  #divided(): number {
    const { mapped } = this.#lane, { at, by } = this.undivided!;
    this.#values = dividedTo(this.kernels, mapped, at, this.count, by);
    return mapped;
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
