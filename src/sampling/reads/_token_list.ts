// Listed tokens in the order of a ladder.
import type { Values } from "../../row/inside.ts";
import type { RungLadder } from "../cuts/_rung_ladder.ts";

/** Tokens in the order they came. */
export interface ListedTokens {
  readonly size: number;
  readonly values: Values;
  readonly ids: Uint32Array;
}

/** Listed tokens, best first, equal ones together. */
export class TokenList {
  /** Distinct logits, ascending. */
  readonly #logits: number[] = [];
  /** The ids of each. */
  readonly #ids: Uint32Array[] = [];

  constructor({ size, values, ids }: Readonly<ListedTokens>) {
    // Without a comparison function the engine sorts by itself, tens of times quicker.
    const sorted = values.slice(0, size).sort();
    const places = new Map<number, number>();
    let first = 0;
    for (let i = 1; i <= size; i++) {
      if (i < size && sorted[i] === sorted[first]) continue;
      places.set(sorted[first], this.#logits.length);
      this.#logits.push(sorted[first]);
      this.#ids.push(new Uint32Array(i - first));
      first = i;
    }
    const filled = new Uint32Array(this.#logits.length);
    for (let i = 0; i < size; i++) {
      const place = places.get(values[i])!;
      this.#ids[place][filled[place]++] = ids[i];
    }
    for (const equal of this.#ids) equal.sort();
  }

  /** Moves the tokens of at least a logit to a ladder, best first. */
  pushFrom(ladder: RungLadder, least: number): void {
    while (this.#logits.length > 0 && this.#logits[this.#logits.length - 1] >= least) {
      const x = this.#logits.pop()!, ids = this.#ids.pop()!;
      if (ids.length === 1) ladder.pushEqual(x, ids[0]);
      else ladder.pushEqual(x, -1, ids);
    }
  }
}
