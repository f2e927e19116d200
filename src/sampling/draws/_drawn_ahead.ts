// The tokens that a read has drawn before it was known which are kept.
import type { Kernels } from "../../../kernels/mod.ts";
import type { Noise } from "./_noise.ts";
import { type Proposals, proposed, type Token } from "./_proposals.ts";
import type { LogitRange } from "../cuts/_rung.ts";

/** Tokens that were drawn as the row was read, before it was known which are kept: those that are kept are taken. */
export interface DrawnAhead {
  /** Independent draws from the whole row, in the order in which they are to be taken. */
  readonly fromRow: Iterable<Token>;
  /** Independent draws from ranges of logits, for cells that lie in these: there are some only after a second read. */
  readonly fromCells: readonly { readonly tokens: Iterable<Token>; readonly ranges: readonly LogitRange[] }[];
}

/** A quotient of this size is rounded to 1/1024 in float32. */
const MOST_DIVIDED = 2 ** 14;

/** The tokens that a read has drawn ahead at temperature `by`. `top`: the row's largest logit. */
export function tokensAhead(
  proposals: Proposals | null,
  by: number,
  kernels: Kernels,
  noise: Noise,
  top: number,
): Iterable<Token> {
  if (!proposals) return [];
  // They were divided in the row's dtype: where that rounds more than the ladder does, they are no draws from it.
  if (by !== 1 && kernels.element === "f32" && Math.abs(top) / by > MOST_DIVIDED) return [];
  return new LazyTokens(proposals.tile.length, (j) => proposed(proposals, j, by, kernels, noise));
}

/** The same tokens, all made: the states that they are drawn from may hold another row by the next read. */
export function settled({ fromRow, fromCells }: DrawnAhead): DrawnAhead {
  return {
    fromRow: [...fromRow],
    fromCells: fromCells.map(({ tokens, ranges }) => ({ tokens: [...tokens], ranges })),
  };
}

/** Tokens that are drawn only when they are asked for, and then once, however often they are gone through. */
class LazyTokens implements Iterable<Token> {
  readonly #made: (Token | undefined)[] = [];

  constructor(readonly count: number, readonly make: (j: number) => Token | undefined) {}

  *[Symbol.iterator](): Iterator<Token> {
    for (let j = 0; j < this.count; j++) {
      if (j === this.#made.length) this.#made.push(this.make(j));
      const token = this.#made[j];
      if (token) yield token;
    }
  }
}
