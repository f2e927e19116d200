import { type Kernels, type Level, Total } from "../../kernels/mod.ts";
import type { SweptRow } from "../core/mod.ts";
import type { ReducerSet } from "./_reducer_set.ts";
import type { StagedRows } from "./_staging.ts";
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
  /** The arena as the totals that `sweepRows` writes. */
  readonly #totals: Float64Array;

  constructor(readonly kernels: Kernels, level: Level) {
    this.#level = level;
    this.#totals = new Float64Array(kernels.memory);
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
    this.#stand(at, count, row, results[Total.maximum], this.#level === "sum" ? results[Total.logSum] : NaN);
    return true;
  }

  /** Whether a kernel sweeps many such rows at a time. */
  get inBatches(): boolean {
    return this.#level === "sum" && this.kernels.element === "f32";
  }

  /** Sweeps rows that lie one behind the other, and visits each; gives how many: all, or those before the first with NaN or +Infinity. */
  sweepMany({ lane: { mapped }, at, rows, row }: StagedRows, vocabulary: number, visit: (row: this) => void): number {
    const done = this.kernels.sweepRows(at, rows * vocabulary, vocabulary, mapped);
    const bytes = vocabulary * elementBytes(this.kernels);
    for (let i = 0, total = mapped >> 3; i < done; i++, total += 2) {
      this.#stand(at + i * bytes, vocabulary, row + i, this.#totals[total], this.#totals[total + 1]);
      visit(this);
    }
    return done;
  }

  #stand(at: number, count: number, row: number, maximum: number, logSum: number): void {
    this.at = at;
    this.first = at / elementBytes(this.kernels);
    this.count = count;
    this.row = row;
    this.maximum = maximum;
    this.logSum = logSum;
  }
}
