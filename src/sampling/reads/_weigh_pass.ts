// Sums in float64, for what hangs on the last digits of the others.
import { Column, TILE } from "../../../kernels/mod.ts";
import { elementBytes } from "../../row/inside.ts";
import type { LogitRange } from "../cuts/_logit_range.ts";
import type { Pass } from "./_passes.ts";
import { rowsAt, type WeighedBlock } from "./_weighed_block.ts";

/** What the logits of a range add up to, with `d = (x - origin) / divisor`. */
export interface FineSums {
  readonly n: number;
  /** `sum e^d`, to a relative 1e-12. */
  readonly mass: number;
  /** `sum e^d d`. */
  readonly moment: number;
  /** `sum e^2d`. */
  readonly squares: number;
}

/** Of which row and at which temperature. */
export interface Weighing {
  readonly origin: number;
  readonly divisor: number;
  readonly vocabulary: number;
}

/** Adds up the weights of a range anew, each tile's in float64, in whole numbers of a quantum: any order gives the same bits. */
export class WeighPass implements Pass<FineSums> {
  readonly #sums = [0, 0, 0, 0];
  readonly #quanta: readonly number[];

  constructor(readonly range: LogitRange, readonly of: Weighing) {
    this.#quanta = quantaOf(range, of);
  }

  block({ kernels, logits, table, count }: WeighedBlock): void {
    const { range: { low, high }, of: { origin, divisor } } = this, bytes = elementBytes(kernels);
    const rows = rowsAt(kernels, table, Math.ceil(count / TILE)), least = Math.max(low, -Number.MAX_VALUE);
    const { out, results } = kernels.arena;
    for (let from = 0; from < count; from += TILE) {
      if (!(rows[from / TILE * Column.stride + Column.maximum] >= least)) continue;
      kernels.weigh(logits + from * bytes, Math.min(TILE, count - from), least, high, origin, divisor, out);
      for (let i = 0; i < 4; i++) if (this.#quanta[i] > 0) this.#sums[i] += Math.round(results[i] / this.#quanta[i]);
    }
  }

  merge(from: WeighPass): void {
    from.#sums.forEach((sum, i) => this.#sums[i] += sum);
  }

  result(): FineSums {
    const [n, mass, moment, squares] = this.#sums.map((sum, i) => sum * this.#quanta[i]);
    return { n, mass, moment, squares };
  }
}

/**
 * The quanta of count, mass, moment and squares: powers of two that leave 52 bits for the largest sum there can be, of a whole vocabulary of
 * tokens at the range's upper end, d below the largest logit: mass e^-d, moment (2 + d) e^-d at most, squares e^-2d.
 */
function quantaOf({ high }: LogitRange, { origin, divisor, vocabulary }: Weighing): readonly number[] {
  const d = (origin - Math.min(high, origin)) / divisor;
  const height = Math.ceil(-d * Math.LOG2E) + bitsOf(vocabulary) - 52;
  return [1, power(height), power(height + bitsOf(2 + d)), power(height - Math.floor(d * Math.LOG2E))];
}

/** `ceil(log2(x))` of a number of at least 1, or one more. */
function bitsOf(x: number): number {
  return 32 - Math.clz32(Math.ceil(Math.min(x, 2 ** 31)));
}

function power(k: number): number {
  return k < -1000 ? 0 : 2 ** k;
}
