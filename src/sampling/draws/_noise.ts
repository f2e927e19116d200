// The random numbers of a row: each is a function of what it is for, so that it is the same however the row is cut into parts.
import { ln } from "../../../kernels/mod.ts";
import { philox } from "./_philox.ts";

/** What a random number is for: two purposes never share one. */
export const Purpose = { tile: 1, inside: 2, list: 3, race: 4, chance: 5, tail: 6, rest: 7 } as const;

/** One of {@linkcode Purpose}. */
export type Purpose = typeof Purpose[keyof typeof Purpose];

const TWO_32 = 4294967296;
const words = new Uint32Array(4);

/** Random numbers of one row: a pure function of seed, row (or step), purpose and index. */
export class Noise {
  readonly #key0: number;
  readonly #key1: number;
  readonly #row: number;
  readonly #rowHigh: number;
  #word0 = 0;
  #word1 = 0;
  #word2 = 0;
  #word3 = 0;
  #cached = -1;

  constructor(seed: number, row: number) {
    this.#key0 = seed >>> 0;
    this.#key1 = Math.floor(seed / TWO_32) >>> 0;
    this.#row = row >>> 0;
    this.#rowHigh = Math.floor(row / TWO_32) >>> 0;
  }

  #words(purpose: Purpose, index: number): Uint32Array {
    const high = Math.floor(index / TWO_32) * 16 + purpose;
    philox(this.#row, this.#rowHigh, index >>> 0, high >>> 0, this.#key0, this.#key1, words);
    return words;
  }

  /** A number in (0, 1): 53 bits, centred, never 0 or 1. */
  uniform(purpose: Purpose, index: number): number {
    this.#words(purpose, index);
    const high = words[0], low = words[1];
    // 52 bits and a half: the sum below is exact.
    return (high * 1048576 + (low >>> 12) + 0.5) / 4503599627370496;
  }

  /**
   * A number in (0, 1) for a race, in which small ones win: one generator call serves four neighbours, and the few that could win far
   * below 1 get 32 more bits, so that gaps of 40 nats are still drawn right.
   */
  small(purpose: typeof Purpose.tile | typeof Purpose.race | typeof Purpose.rest, index: number): number {
    const block = Math.floor(index / 4) * 16 + purpose;
    if (block !== this.#cached) {
      this.#words(purpose, Math.floor(index / 4));
      this.#word0 = words[0];
      this.#word1 = words[1];
      this.#word2 = words[2];
      this.#word3 = words[3];
      this.#cached = block;
    }
    const lane = index & 3;
    const word = lane < 2 ? (lane === 0 ? this.#word0 : this.#word1) : lane === 2 ? this.#word2 : this.#word3;
    if (word >= 1048576) return (word + 0.5) / TWO_32;
    return (word + (this.#words(Purpose.tail, index * 8 + purpose)[0] + 0.5) / TWO_32) / TWO_32;
  }
}

/** `-ln(1 - u)`: turns a uniform number into an exponential one, exact where it is small. */
export function exponential(u: number): number {
  if (u < 0.0009765625) return u * (1 + u * (1 / 2 + u * (1 / 3 + u * (1 / 4 + u * (1 / 5 + u / 6)))));
  return -ln(1 - u);
}
