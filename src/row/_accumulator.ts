import { type Kernels, type Level, SLOT_BYTES } from "../../kernels/mod.ts";

/** No place. */
const NOWHERE = 0;

/**
 * The exact sum of exponentials of one stream of a row, with its moments: integer digits, so that any order of deposits and merges
 * gives the same bits. It lies in a slot of the arena while its row is open, and in bytes of its own when it had to leave.
 */
export class Accumulator {
  readonly #kernels: Kernels;
  #saved: Uint8Array | undefined;
  #at = NOWHERE;

  /** An empty accumulator, or one restored from {@linkcode Accumulator.bytes}. */
  constructor(kernels: Kernels, saved?: Uint8Array) {
    this.#kernels = kernels;
    this.#saved = saved;
  }

  /** The slot, with its digits. */
  #enter(): number {
    if (this.#at !== NOWHERE) return this.#at;
    this.#at = this.#kernels.arena.slots.take(this, () => this.#evicted());
    if (this.#saved) this.#view().set(this.#saved);
    else this.#kernels.clear(this.#at);
    return this.#at;
  }

  #view(): Uint8Array {
    return new Uint8Array(this.#kernels.memory, this.#at, SLOT_BYTES);
  }

  /** Takes the digits out of the slot, which is lost. */
  #evicted(): void {
    this.#saved = this.#view().slice();
    this.#at = NOWHERE;
  }

  /** Empties it. */
  clear(): void {
    this.#saved = undefined;
    if (this.#at !== NOWHERE) this.#kernels.clear(this.#at);
  }

  /** Empties it, and gives its slot back. */
  close(): void {
    this.#saved = undefined;
    this.#at = NOWHERE;
    this.#kernels.arena.slots.giveBack(this);
  }

  /** Adds the first `tiles` rows of a lane's table. */
  deposit(level: Level, table: number, tiles: number): void {
    this.#kernels.deposit(level, table, tiles, this.#enter());
  }

  /** Adds what another one holds. */
  absorb(other: Accumulator): void {
    const { memory, arena } = this.#kernels;
    const bytes = other.bytes();
    const into = this.#enter();
    new Uint8Array(memory, arena.spare, SLOT_BYTES).set(bytes);
    this.#kernels.absorb(into, arena.spare);
  }

  /** Reads the totals to `arena.out`, in the order of `Total`. */
  total(): void {
    this.#kernels.total(this.#enter(), this.#kernels.arena.out);
  }

  /** A copy of the digits. */
  bytes(): Uint8Array {
    if (this.#at === NOWHERE && this.#saved) return this.#saved.slice();
    this.#enter();
    return this.#view().slice();
  }
}
