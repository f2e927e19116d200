// Sums in float64, for what hangs on the last digits of the others.
import { Column, TILE } from "../../../kernels/mod.ts";
import { elementBytes } from "../../row/inside.ts";
import { toExact, toNumber, UNIT } from "../../row/mod.ts";
import type { LogitRange } from "../cuts/_rung.ts";
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

/** Adds up the weights of a range anew, each tile's in float64, and those exactly. */
export class WeighPass implements Pass<FineSums> {
  #n = 0;
  readonly #sums = [0n, 0n, 0n];

  constructor(readonly range: LogitRange, readonly origin: number, readonly by: number) {}

  block({ kernels, logits, table, count }: WeighedBlock): void {
    const { range: { low, high }, origin, by } = this, bytes = elementBytes(kernels);
    const rows = rowsAt(kernels, table, Math.ceil(count / TILE)), least = Math.max(low, -Number.MAX_VALUE);
    const { out, results } = kernels.arena;
    for (let from = 0; from < count; from += TILE) {
      if (!(rows[from / TILE * Column.stride + Column.maximum] >= least)) continue;
      kernels.weigh(logits + from * bytes, Math.min(TILE, count - from), least, high, origin, by, out);
      this.#n += results[0];
      for (let i = 0; i < 3; i++) this.#sums[i] += toExact(results[1 + i]);
    }
  }

  merge(from: WeighPass): void {
    this.#n += from.#n;
    from.#sums.forEach((sum, i) => this.#sums[i] += sum);
  }

  result(): FineSums {
    const [mass, moment, squares] = this.#sums.map((sum) => toNumber(sum, UNIT));
    return { n: this.#n, mass, moment, squares };
  }
}
