// Mean and deviation of a whole row's logits, for top-n-sigma: exact sums, so that any order of tiles gives the same bits.
import { TILE } from "../../../kernels/mod.ts";
import { elementBytes, viewOf } from "../../row/inside.ts";
import { toExact, toNumber, UNIT } from "../../row/mod.ts";
import type { Spread } from "../cuts/_spread.ts";
import type { Pass } from "./_passes.ts";
import type { WeighedBlock } from "./_weighed_block.ts";

/** Adds up the unmasked logits and their squares, about each tile's first. */
export class SpreadPass implements Pass<Spread> {
  #count = 0;
  #total = 0n;
  #squares = 0n;

  block({ kernels, logits, count }: WeighedBlock): void {
    const { out, results } = kernels.arena, bytes = elementBytes(kernels);
    for (let from = 0; from < count; from += TILE) {
      const size = Math.min(TILE, count - from);
      kernels.deviations(logits + from * bytes, size, out);
      const [n, centre, first, second] = results;
      if (n === 0) continue;
      if (second < Infinity) this.#add(n, toExact(centre), toExact(first), second);
      else {
        for (const x of viewOf(kernels, logits + from * bytes, size)) {
          if (Number.isFinite(x)) this.#add(1, toExact(x), 0n, 0);
        }
      }
    }
  }

  /** Adds n logits by their sums about a centre. */
  #add(n: number, centre: bigint, first: bigint, second: number): void {
    const all = BigInt(n);
    this.#count += n;
    this.#total += all * centre + first;
    this.#squares += (toExact(second) << BigInt(UNIT)) + 2n * centre * first + all * centre * centre;
  }

  merge(from: SpreadPass): void {
    this.#count += from.#count;
    this.#total += from.#total;
    this.#squares += from.#squares;
  }

  result(): Spread {
    const count = this.#count, square = BigInt(count) * this.#squares - this.#total * this.#total;
    // Halved so often that it is in range; exact but for what is lost below where it is small.
    const halves = square >> BigInt(2 * UNIT + 900) > 0n ? 600 : 0;
    const root = Math.sqrt(Math.max(0, toNumber(square < 0n ? 0n : square, 2 * UNIT + 2 * halves)));
    return { mean: toNumber(this.#total, UNIT) / count, deviation: root * 2 ** halves / count };
  }
}
