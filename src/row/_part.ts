import { TILE } from "../../kernels/mod.ts";
import type { Values } from "./_run.ts";

/**
 * A contiguous run of ids that has been read: all whole tiles inside it are folded; the logits of the partial tiles at its ends wait in
 * fragments, until the ids beside them come.
 */
export class Part {
  /** Covered ids: `[from, to)`. */
  from: number;
  to: number;
  /** Ids from `from` up to the next tile border, where `from` is not on one. */
  readonly head: Fragment;
  /** Ids from the last tile border up to `to`. */
  readonly tail: Fragment;

  constructor(from: number, to: number, head: Fragment, tail: Fragment) {
    this.from = from;
    this.to = to;
    this.head = head;
    this.tail = tail;
  }

  /** Begins another row; the room of the fragments is kept. */
  reset(from: number): void {
    this.from = from;
    this.to = from;
    this.head.clear();
    this.tail.clear();
  }

  /** Where the head ends: the first tile border at or after `from`, or the end of the row. */
  headEnd(vocabulary: number): number {
    return Math.min(Math.ceil(this.from / TILE) * TILE, vocabulary);
  }

  /** The fragment that ends at `to`: the tail, or the head if the part does not reach a border. */
  open(): Fragment {
    return this.from % TILE !== 0 && this.from + this.head.length === this.to ? this.head : this.tail;
  }
}

/** Up to one tile of logits of each stream, waiting for the rest of their tile. */
export class Fragment {
  readonly #streams: number;
  readonly #wide: boolean;
  #values: Values[] | undefined;
  length = 0;

  /** Empty, or a copy of logits. */
  constructor(streams: number, wide: boolean, values?: readonly Values[]) {
    this.#streams = streams;
    this.#wide = wide;
    if (!values?.[0].length) return;
    // No more room than they take: a state may have far more parts than it has logits to add.
    this.#values = values.map((logits) => logits.slice());
    this.length = values[0].length;
  }

  /** Adds logits of every stream at the end. */
  append(values: readonly Values[]): void {
    const length = this.length + values[0].length;
    if (!this.#values || this.#values[0].length < length) {
      this.#values = this.values().map((held) => {
        const room = this.#wide ? new Float64Array(TILE) : new Float32Array(TILE);
        room.set(held);
        return room;
      });
    }
    this.#values.forEach((room, stream) => room.set(values[stream], this.length));
    this.length = length;
  }

  /** The logits of each stream: views. */
  values(): Values[] {
    if (this.#values) return this.#values.map((room) => room.subarray(0, this.length));
    return Array.from({ length: this.#streams }, () => this.#wide ? new Float64Array() : new Float32Array());
  }

  /** Forgets them. */
  clear(): void {
    this.length = 0;
  }

  /** A copy, followed by another's logits. */
  followedBy(next?: Fragment): Fragment {
    const both = new Fragment(this.#streams, this.#wide, this.values());
    if (next && next.length > 0) both.append(next.values());
    return both;
  }
}
