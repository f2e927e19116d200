import { freeKernels, type Kernels, type Level, loadKernels, TILE, Total } from "../../kernels/mod.ts";
import { type Block, countInvalid, isDetached, type Reducer, type RowFacts, ShapeError, shown } from "../core/mod.ts";
import { holding, requireFree } from "./_hold.ts";
import { scratchOf, SLICE } from "./_scratch.ts";

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

/** The slices of a row, one after the other, swept at the level given, each with how many of its tiles hold a NaN or +Infinity. */
export function eachSlice(
  kernels: Kernels,
  values: RowValues,
  row: number,
  level: Level,
  step: (block: Block, invalid: number) => void,
): void {
  requireFree();
  const { raw, rawTable, views } = scratchOf(kernels);
  holding(kernels, () => {
    for (let start = 0; start < values.length; start += SLICE * TILE) {
      const count = Math.min(SLICE * TILE, values.length - start);
      const staged = count === SLICE * TILE ? views.raw : views.raw.subarray(0, count);
      staged.set(values.subarray(start, start + count));
      const invalid = kernels.sweep(level, raw, count, rawTable);
      step(new SliceBlock(kernels, level, raw, count, row, start, staged, views.rawTable), invalid);
    }
  });
}

/** The kernels that a row in memory is read with. */
export function kernelsOfRow(values: RowValues): Kernels {
  return freeKernels(loadKernels(undefined, values instanceof Float64Array ? "f64" : "f32"));
}

/** What the sweeps of a row tell, as the engine would. While a row is read its accumulator is its own. */
class Facts {
  readonly #kernels: Kernels;
  readonly #level: Level;
  #nan = 0;
  #posInf = 0;
  #firstInvalid: number | undefined;

  constructor(kernels: Kernels, level: Level) {
    this.#kernels = kernels;
    this.#level = level;
    kernels.clear(scratchOf(kernels).rowSlot);
  }

  add(block: Block, invalid: number): void {
    if (invalid > 0) this.#countInvalid(block);
    const { rawTable, rowSlot } = scratchOf(this.#kernels);
    this.#kernels.deposit(this.#level, rawTable, block.tiles, rowSlot);
  }

  #countInvalid(block: Block): void {
    const { nan, posInf } = countInvalid(block);
    this.#nan += nan;
    this.#posInf += posInf;
    this.#firstInvalid ??= block.start + block.values.findIndex((x) => !(x < Infinity));
  }

  row(index: number, count: number): RowFacts {
    const { rowSlot, out, views } = scratchOf(this.#kernels);
    this.#kernels.total(rowSlot, out);
    const total = views.out;
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

/** Reads a row in memory for one reducer, as often as it asks: the same bits as the engine's. `empty` is the first state. */
export function readRow<R, S>(values: RowValues, index: number, first: Reducer<R, S>, empty: S): R {
  const kernels = kernelsOfRow(values);
  let reducer: Reducer<R> = first;
  // Each reducer's state is its own.
  // deno-lint-ignore no-explicit-any
  let state: any = empty;
  for (;;) {
    const level = reducer.needs ?? "maximum";
    const facts = new Facts(kernels, level);
    eachSlice(kernels, values, index, level, (block, invalid) => {
      // The reducer works in the same scratch memory: what the sweep said is taken down first.
      facts.add(block, invalid);
      reducer.stepBlock!(state, block);
    });
    const row = facts.row(index, values.length);
    const result = reducer.finish(state, row);
    const next = reducer.second?.(state, row);
    if (!next) return result;
    reducer = next;
    state = reducer.init(index);
  }
}
