// Mean and deviation of a whole row's logits, for top-n-sigma: exact sums, so that any order of tiles gives the same bits.
import { TILE } from "../../../kernels/mod.ts";
import { elementBytes, viewOf } from "../../row/inside.ts";
import { toExact, toNumber, UNIT } from "../../row/mod.ts";
import type { Pass } from "./_passes.ts";
import type { WeighedBlock } from "./_weighed_block.ts";

/** Mean and population standard deviation of logits. */
export interface Spread {
  readonly mean: number;
  readonly deviation: number;
}

/** What is known of one tile: how many logits are finite, the first of them, `sum d` and `sum d^2` of their differences from it. */
interface Tile {
  readonly start: number;
  readonly n: number;
  readonly centre: number;
  readonly first: number;
  readonly second: number;
}

/** Adds up the unmasked logits and their squares, about each tile's first. */
export class SpreadPass implements Pass<Spread> {
  readonly #tiles: Tile[] = [];

  block({ kernels, logits, count, start }: WeighedBlock): void {
    const { out, results } = kernels.arena, bytes = elementBytes(kernels);
    for (let from = 0; from < count; from += TILE) {
      const size = Math.min(TILE, count - from), at = logits + from * bytes;
      kernels.deviations(at, size, out);
      const [n, centre, first, second] = results;
      if (n === 0) continue;
      if (second < Infinity) this.#tiles.push({ start: start + from, n, centre, first, second });
      else {
        viewOf(kernels, at, size).forEach((centre, i) => {
          if (Number.isFinite(centre)) this.#tiles.push({ start: start + from + i, n: 1, centre, first: 0, second: 0 });
        });
      }
    }
  }

  merge(from: SpreadPass): void {
    this.#tiles.push(...from.#tiles);
  }

  result(): Spread {
    const tiles = this.#tiles.sort((a, b) => a.start - b.start), quick = pooled(tiles);
    return Number.isFinite(quick.deviation) && Number.isFinite(quick.mean) ? quick : exact(tiles);
  }
}

/** Tile after tile, each by the mean and the squares about it (Chan et al. 1983). */
function pooled(tiles: readonly Tile[]): Spread {
  let n = 0, mean = 0, squares = 0;
  for (const tile of tiles) {
    const own = tile.centre + tile.first / tile.n, away = own - mean;
    squares += Math.max(0, tile.second - tile.first * tile.first / tile.n) + away * away * (n * tile.n / (n + tile.n));
    n += tile.n;
    mean += away * (tile.n / n);
  }
  return { mean, deviation: Math.sqrt(squares / n) };
}

/** The same in whole numbers, where squares overflow. */
function exact(tiles: readonly Tile[]): Spread {
  let count = 0, total = 0n, sum = 0n;
  for (const { n, centre, first, second } of tiles) {
    const all = BigInt(n), c = toExact(centre), d = toExact(first);
    count += n;
    total += all * c + d;
    sum += (toExact(second) << BigInt(UNIT)) + 2n * c * d + all * c * c;
  }
  const square = BigInt(count) * sum - total * total;
  // Halved so often that it is in range; exact but for what is lost below where it is small.
  const halves = square >> BigInt(2 * UNIT + 900) > 0n ? 600 : 0;
  const root = Math.sqrt(Math.max(0, toNumber(square, 2 * UNIT + 2 * halves)));
  return { mean: toNumber(total, UNIT) / count, deviation: root * 2 ** halves / count };
}
