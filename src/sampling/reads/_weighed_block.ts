// A run of whole tiles with their weights: what every pass over a row works on.
import { Column, type Kernels, TILE } from "../../../kernels/mod.ts";
import { elementBytes, viewOf } from "../../row/inside.ts";

/** Where logits lie, and what is made of them: addresses of the arena. */
export interface WeighedPlaces {
  readonly logits: number;
  readonly weights: number;
  /** A row a tile: the maximum of its logits as they are, and the reference of their weights. */
  readonly table: number;
}

/** A run of whole tiles of one row with the weights of its logits, which are divided by a temperature before. */
export interface WeighedBlock extends WeighedPlaces {
  readonly kernels: Kernels;
  readonly count: number;
  /** The id of the first logit. */
  readonly start: number;
  readonly row: number;
  /** By what the logits are divided. */
  readonly divisor: number;
  /** The row's largest logit: with a divisor, weights are those of `(x - origin) / divisor`. */
  readonly origin: number;
}

/** The rows of some tiles in a table. */
export function rowsAt({ memory }: Kernels, table: number, tiles: number): Float64Array {
  return new Float64Array(memory, table, tiles * Column.stride);
}

/** Writes `(x - origin) / divisor` to another place: from the row's largest on, a common offset costs no digits. */
export function divideFrom(
  kernels: Kernels,
  logits: number,
  count: number,
  divisor: number,
  origin: number,
  to: number,
) {
  kernels.logProbabilities(logits, count, to, origin, 0);
  kernels.divide(to, count, divisor);
}

/** Weighs logits at a temperature other than 1. The table has the maxima of their tiles already. `spare`: room for as many logits. */
export function weighDivided(
  kernels: Kernels,
  { logits, weights, table }: WeighedPlaces,
  count: number,
  divisor: number,
  origin: number,
  spare: number,
): void {
  const tiles = Math.ceil(count / TILE), rows = rowsAt(kernels, table, tiles);
  const maxima = Array.from({ length: tiles }, (_, tile) => rows[tile * Column.stride + Column.maximum]);
  divideFrom(kernels, logits, count, divisor, origin, spare);
  kernels.store(spare, count, table, weights);
  for (let tile = 0; tile < tiles; tile++) {
    const at = tile * Column.stride, from = tile * TILE;
    rows[at + Column.maximum] = maxima[tile];
    if (!Number.isNaN(rows[at + Column.reference])) continue;
    // So far below the largest that the kernel has no weights for it: it weighs nothing.
    rows[at + Column.reference] = 0;
    viewOf(kernels, weights + from * elementBytes(kernels), Math.min(TILE, count - from)).fill(0);
  }
}
