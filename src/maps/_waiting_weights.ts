import { Column, type Kernels, type Lane, type RowStore, TABLE_ROW_BYTES, TILE, TILES } from "../../kernels/mod.ts";
import { elementBytes, type Values, viewOf } from "../row/inside.ts";

/** Where the weights of a row wait for its sum, slice by slice; a slice begins on a tile border and has at most `TILES` tiles. */
export interface WaitingWeights {
  /** Sweeps the slice of the row that lies at an address; gives the address of its table. Its invalid tiles are counted. */
  keep(at: number, start: number, count: number): { readonly table: number; readonly invalid: number };
  /** Writes the slice's shares of a sum to the row's results. */
  share(start: number, count: number, mantissa: number, exponent: number): void;
}

/** In the lane that is at hand where a slice is all of the row, else in the row store where it fits and is to be had, else in `out` itself. */
export function waitingWeights(
  kernels: Kernels,
  lane: Lane,
  store: RowStore | undefined,
  row: Values,
  out: Values,
): WaitingWeights {
  if (row.length <= TILES * TILE) {
    return new InArena(kernels, lane, { table: lane.table, weights: lane.mapped }, out);
  }
  return store ? new InArena(kernels, lane, store, out) : new InOut(kernels, lane, row, out);
}

/** In the arena, with a table of the whole row. */
class InArena implements WaitingWeights {
  constructor(
    readonly kernels: Kernels,
    readonly lane: Lane,
    readonly place: Pick<RowStore, "table" | "weights">,
    readonly out: Values,
  ) {}

  keep(at: number, start: number, count: number): { readonly table: number; readonly invalid: number } {
    const table = this.place.table + start / TILE * TABLE_ROW_BYTES;
    return { table, invalid: this.kernels.store(at, count, table, this.#weightsOf(start)) };
  }

  share(start: number, count: number, mantissa: number, exponent: number): void {
    const { kernels, lane, place, out } = this;
    const direct = out.buffer === kernels.memory;
    const to = direct ? out.byteOffset + start * elementBytes(kernels) : lane.mapped;
    kernels.share(this.#weightsOf(start), count, place.table + start / TILE * TABLE_ROW_BYTES, to, mantissa, exponent);
    if (!direct) out.set(viewOf(kernels, to, count), start);
  }

  #weightsOf(start: number): number {
    return this.place.weights + start * elementBytes(this.kernels);
  }
}

/** In the row's own results; only the tiles' references are kept beside them. */
class InOut implements WaitingWeights {
  readonly #references: Float64Array;
  /** Whether they are written there at once: not where logits still lie. */
  readonly #direct: boolean;

  constructor(readonly kernels: Kernels, readonly lane: Lane, row: Values, readonly out: Values) {
    this.#references = new Float64Array(Math.ceil(row.length / TILE));
    this.#direct = out.buffer === kernels.memory && out.byteOffset !== row.byteOffset;
  }

  keep(at: number, start: number, count: number): { readonly table: number; readonly invalid: number } {
    const { kernels, lane: { table, rows }, out } = this;
    const weights = this.#placeOf(start);
    const invalid = kernels.store(at, count, table, weights);
    if (!this.#direct) out.set(viewOf(kernels, weights, count), start);
    for (let tile = 0, first = start / TILE; tile * TILE < count; tile++) {
      this.#references[first + tile] = rows[tile * Column.stride + Column.reference];
    }
    return { table, invalid };
  }

  share(start: number, count: number, mantissa: number, exponent: number): void {
    const { kernels, lane: { table, rows }, out } = this;
    const weights = this.#placeOf(start);
    if (!this.#direct) viewOf(kernels, weights, count).set(out.subarray(start, start + count));
    for (let tile = 0, first = start / TILE; tile * TILE < count; tile++) {
      rows[tile * Column.stride + Column.reference] = this.#references[first + tile];
    }
    kernels.share(weights, count, table, weights, mantissa, exponent);
    if (!this.#direct) out.set(viewOf(kernels, weights, count), start);
  }

  #placeOf(start: number): number {
    return this.#direct ? this.out.byteOffset + start * elementBytes(this.kernels) : this.lane.mapped;
  }
}
