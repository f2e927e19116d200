import { type Kernels, type Level, SLOT_BYTES } from "../../kernels/mod.ts";

/** The arena has one slot; `resident` is the accumulator whose digits are in it. */
interface Slot {
  resident: Accumulator | undefined;
}

const slots = new WeakMap<Kernels, Slot>();

function slotOf(kernels: Kernels): Slot {
  let slot = slots.get(kernels);
  if (!slot) slots.set(kernels, slot = { resident: undefined });
  return slot;
}

/**
 * The exact sum of exponentials of one row, with its moments: integer digits, so that any order of deposits and merges
 * gives the same bits. Lives in the arena while it is the one in use, and in its own bytes otherwise.
 */
export class Accumulator {
  readonly #kernels: Kernels;
  readonly #slot: Slot;
  #saved: Uint8Array | undefined;

  /** An empty accumulator, or one restored from {@linkcode Accumulator.bytes}. */
  constructor(kernels: Kernels, saved?: Uint8Array) {
    this.#kernels = kernels;
    this.#slot = slotOf(kernels);
    this.#saved = saved;
  }

  /** Brings the digits into the arena, putting those of another row away. */
  #enter(): number {
    const at = this.#kernels.arena.slot;
    if (this.#slot.resident === this) return at;
    const other = this.#slot.resident;
    if (other) other.#leave();
    if (this.#saved) new Uint8Array(this.#kernels.memory, at, SLOT_BYTES).set(this.#saved);
    else this.#kernels.clear(at);
    this.#slot.resident = this;
    return at;
  }

  #leave(): void {
    this.#saved = new Uint8Array(this.#kernels.memory, this.#kernels.arena.slot, SLOT_BYTES).slice();
    this.#slot.resident = undefined;
  }

  /** Empties it. */
  clear(): void {
    this.#saved = undefined;
    if (this.#slot.resident === this) this.#kernels.clear(this.#kernels.arena.slot);
  }

  /** Adds the first `tiles` rows of the arena's table. */
  deposit(level: Level, tiles: number): void {
    this.#kernels.deposit(level, this.#kernels.arena.table, tiles, this.#enter());
  }

  /** Adds what another one holds. */
  absorb(other: Accumulator): void {
    const { memory, arena } = this.#kernels;
    const bytes = other.bytes();
    const into = this.#enter();
    new Uint8Array(memory, arena.spare, SLOT_BYTES).set(bytes);
    this.#kernels.absorb(into, arena.spare);
  }

  /** Reads the totals to `arena.out`. */
  total(): void {
    this.#kernels.total(this.#enter(), this.#kernels.arena.out);
  }

  /** A copy of the digits. */
  bytes(): Uint8Array {
    const at = this.#enter();
    return new Uint8Array(this.#kernels.memory, at, SLOT_BYTES).slice();
  }
}
