import { TILE } from "../../kernels/mod.ts";

/** Logits in memory. */
export type Values = Float32Array | Float64Array;

/**
 * A run of ids of one row that has been read. Whole tiles of the grid are already reduced; what lies in a partial tile at
 * either end is kept as it is (a fragment), until the neighbour that completes the tile is merged.
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

  /** An empty part that begins at `from`. */
  static at(from: number, wide: boolean): Part {
    return new Part(from, from, new Fragment(wide), new Fragment(wide));
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

/** Up to one tile of logits, waiting for the rest of their tile. */
export class Fragment {
  #values: Values | undefined;
  #wide: boolean;
  length = 0;

  /** Empty, or a copy of logits. */
  constructor(wide: boolean, values?: Values) {
    this.#wide = wide;
    if (!values?.length) return;
    // No more room than they take: a state may have far more parts than it has logits to add.
    this.#values = values.slice();
    this.length = values.length;
  }

  /** Adds logits at the end. */
  append(values: Values): void {
    const length = this.length + values.length;
    if (!this.#values || this.#values.length < length) {
      const room = this.#wide ? new Float64Array(TILE) : new Float32Array(TILE);
      room.set(this.values());
      this.#values = room;
    }
    this.#values.set(values, this.length);
    this.length = length;
  }

  /** The logits: a view. */
  values(): Values {
    return this.#values?.subarray(0, this.length) ?? (this.#wide ? new Float64Array() : new Float32Array());
  }

  /** Forgets them. */
  clear(): void {
    this.length = 0;
  }

  /** This one's logits followed by another's. */
  followedBy(next: Fragment): Fragment {
    const both = new Fragment(this.#wide, this.values());
    both.append(next.values());
    return both;
  }
}
