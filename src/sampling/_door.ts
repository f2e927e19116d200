import { Column, type Kernels, type Level, loadKernels, TILE, Total } from "../../kernels/mod.ts";
import { type Block, isDetached, type Reducer, type RowFacts, ShapeError, shown } from "../core/mod.ts";
import { holding, requireFree } from "./_hold.ts";
import { scratchOf, SLICE } from "./_scratch.ts";
import { deposit, NOTHING, totals } from "./_sums.ts";

/** A row in memory. */
export type RowValues = Float32Array | Float64Array;

/** Refuses a row without logits. */
export function checkRow(values: RowValues): void {
  if (!(values instanceof Float32Array || values instanceof Float64Array)) {
    throw new ShapeError(
      `Cannot sample the row: it is ${shown(values)}, wanted a Float32Array or Float64Array of logits`,
      "E_DTYPE",
    );
  }
  if (isDetached(values)) {
    throw new ShapeError("Cannot sample the row: its memory was transferred away; pass a copy", "E_DETACHED");
  }
  if (values.length === 0) {
    throw new ShapeError("Cannot sample the row: it has no logits, wanted at least 1", "E_EMPTY");
  }
}

/** A slice of a row, swept in scratch memory. */
class SliceBlock implements Block {
  constructor(
    readonly kernels: Kernels,
    readonly level: Level,
    readonly at: number,
    readonly count: number,
    readonly row: number,
    readonly start: number,
    readonly values: RowValues,
    readonly table: Float64Array,
  ) {}

  get tiles(): number {
    return Math.ceil(this.count / TILE);
  }
}

/** The slices of a row, one after the other, swept where the level is given. */
export function eachSlice(values: RowValues, row: number, level: Level, step: (block: Block) => void): void {
  requireFree();
  const kernels = loadKernels(undefined, values instanceof Float64Array ? "f64" : "f32");
  const scratch = scratchOf(kernels);
  const table = scratch.views.rawTable;
  for (let start = 0; start < values.length; start += SLICE * TILE) {
    const count = Math.min(SLICE * TILE, values.length - start);
    const staged = count === SLICE * TILE ? scratch.views.raw : scratch.views.raw.subarray(0, count);
    staged.set(values.subarray(start, start + count));
    kernels.sweep(level, scratch.raw, count, scratch.rawTable);
    holding(() => step(new SliceBlock(kernels, level, scratch.raw, count, row, start, staged, table)));
  }
}

/** What the sweeps of a row tell, as the engine would. */
class Facts {
  #sum: Uint8Array = NOTHING;
  #kernels: Kernels | undefined;
  #nan = 0;
  #posInf = 0;
  #firstInvalid: number | undefined;

  add(block: Block, level: Level): void {
    this.#kernels = block.kernels;
    const { rawTable } = scratchOf(block.kernels);
    let invalid = 0;
    for (let tile = 0; tile < block.tiles; tile++) {
      const at = tile * Column.stride;
      invalid += block.table[at + Column.nan] + block.table[at + Column.posInf];
      this.#nan += block.table[at + Column.nan];
      this.#posInf += block.table[at + Column.posInf];
    }
    if (invalid > 0) this.#firstInvalid ??= block.start + block.values.findIndex((x) => !(x < Infinity));
    this.#sum = deposit(block.kernels, level, rawTable, block.tiles, this.#sum);
  }

  row(index: number, count: number): RowFacts {
    const total = totals(this.#kernels!, this.#sum);
    const nan = this.#nan, posInf = this.#posInf, maximum = total[Total.maximum];
    return {
      index,
      count,
      vocabulary: count,
      partial: false,
      maximum: nan > 0 ? NaN : posInf > 0 ? Infinity : maximum,
      logSum: nan > 0 || posInf > 0 ? NaN : total[Total.logSum],
      mantissa: total[Total.mantissa],
      exponent: total[Total.exponent],
      mean: total[Total.mean],
      meanSquare: total[Total.meanSquare],
      nan,
      posInf,
      allMasked: nan === 0 && posInf === 0 && maximum === -Infinity,
      firstInvalid: this.#firstInvalid,
    };
  }
}

/** Reads a row in memory for one reducer, as often as it asks: the same bits as the engine's. */
export function readRow<R>(values: RowValues, index: number, reducer: Reducer<R>): R {
  for (;;) {
    const level = reducer.needs ?? "maximum";
    const facts = new Facts();
    const state = reducer.init(index);
    eachSlice(values, index, level, (block) => {
      // The reducer works in the same scratch memory: what the sweep said is taken down first.
      facts.add(block, level);
      reducer.stepBlock!(state, block);
    });
    const row = facts.row(index, values.length);
    const result = reducer.finish(state, row);
    const next = reducer.second?.(state, row);
    if (!next) return result;
    reducer = next;
  }
}
