import type { Kernels } from "../../../kernels/mod.ts";
import type { Noise } from "./_noise.ts";
import { type Proposals, proposed, type Token } from "./_proposals.ts";
import type { LogitRange } from "../cuts/_rung.ts";

/** Tokens that were drawn as the row was read, to be taken if they are kept. */
export interface Supply {
  /** Independent draws from the whole row, the first first. */
  readonly fromRow: Iterable<Token>;
  /** Independent draws from parts of the row: there are some only after a second read. */
  readonly fromCells: readonly { readonly tokens: Iterable<Token>; readonly of: readonly LogitRange[] }[];
}

/** A quotient of this size is rounded to 1/1024 in float32. */
const MOST_DIVIDED = 2 ** 14;

/** The tokens that a read has drawn ahead. */
export function tokensOf(
  proposals: Proposals | null,
  by: number,
  kernels: Kernels,
  noise: Noise,
  top: number,
): Iterable<Token> {
  if (!proposals) return [];
  // They were divided in the row's dtype: where that rounds more than the ladder does, they are no draws from it.
  if (by !== 1 && kernels.element === "f32" && Math.abs(top) / by > MOST_DIVIDED) return [];
  return new LazyList(proposals.tile.length, (j) => proposed(proposals, j, by, kernels, noise));
}

/** The same tokens, all drawn: the states that they are drawn from may hold another row by the next read. */
export function settled({ fromRow, fromCells }: Supply): Supply {
  return { fromRow: [...fromRow], fromCells: fromCells.map(({ tokens, of }) => ({ tokens: [...tokens], of })) };
}

/** Tokens that are drawn only when they are asked for, and then once. */
class LazyList implements Iterable<Token> {
  readonly #made: (Token | undefined)[] = [];
  readonly #count: number;
  readonly #make: (j: number) => Token | undefined;

  constructor(count: number, make: (j: number) => Token | undefined) {
    this.#count = count;
    this.#make = make;
  }

  *[Symbol.iterator](): Iterator<Token> {
    for (let j = 0; j < this.#count; j++) {
      if (j === this.#made.length) this.#made.push(this.#make(j));
      const token = this.#made[j];
      if (token) yield token;
    }
  }
}
