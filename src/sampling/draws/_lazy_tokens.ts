// Tokens that are drawn when they are asked for.
import type { Token } from "./_proposals.ts";

/** Tokens that are drawn only when they are asked for, and then once, however often they are gone through. */
export class LazyTokens implements Iterable<Token> {
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
