import { type Kernels, type Level, Total } from "../../kernels/mod.ts";
import type { SweptRow } from "../core/mod.ts";
import type { ReducerSet } from "./_reducer_set.ts";
import { elementBytes, type Run, type Values, viewOf } from "./_run.ts";

/** Levels of which one tile's row of the table says all. */
const LEVELS: readonly Level[] = ["maximum", "sum"];

/** Rows of one tile, swept one after the other: each stands here until the next. */
export class TileRow implements SweptRow {
  readonly memory: Values;
  at = 0;
  first = 0;
  count = 0;
  row = 0;
  maximum = NaN;
  logSum = NaN;
  readonly #level: Level;

  constructor(readonly kernels: Kernels, level: Level) {
    this.#level = level;
    this.memory = viewOf(kernels, 0, Math.floor(kernels.memory.byteLength / elementBytes(kernels)));
  }

  /** Whether every reducer of a set can answer for such a row. */
  static suits({ reducers, levels, streams }: ReducerSet): boolean {
    return streams === undefined && LEVELS.includes(levels[0]) &&
      reducers.every(({ finishTile }) => finishTile !== undefined);
  }

  /** Sweeps a row; `false`, and nothing is known of it, where it holds NaN or +Infinity. */
  sweep({ lanes: [{ table }], at: [at], count, row }: Run): boolean {
    const { kernels, kernels: { arena: { out, results } } } = this;
    if (kernels.sweep(this.#level, at, count, table) > 0) return false;
    kernels.totalOfTile(table, out);
    this.at = at;
    this.first = at / elementBytes(kernels);
    this.count = count;
    this.row = row;
    this.maximum = results[Total.maximum];
    this.logSum = this.#level === "sum" ? results[Total.logSum] : NaN;
    return true;
  }
}
