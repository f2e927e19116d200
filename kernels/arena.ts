import { Cell, Column, LANES, SLOT_BYTES, TABLE_ROW_BYTES, TILE, TILES } from "./layout.ts";
import { Loans } from "./loans.ts";
import { Places } from "./places.ts";

/** Bytes at the start of memory that belong to the WASM module: its tables of constants and its scratch vectors. */
const RESERVED = 8192;
/** Rows that can be open at a time without leaving the arena: a batch of a projection. */
const SLOTS = 64;
/** Enough for a flow, which fills two in turn in its first read, and two in its second. Further flows read into memory outside. */
const BUFFERS = 4;
/** A read costs a change of threads, whatever it brings: at a quarter of this, that is more than the bytes cost. */
const BUFFER_BYTES = 1 << 20;
/** Bytes of a read buffer outside: of many flows at a time, most wait for somebody who sends less. */
const OUTSIDE_BYTES = 1 << 18;
/** Bytes of each area that is reserved for a whole row. Nothing of it is memory of the machine's before it is touched. */
const RESERVE_BYTES = 1 << 23;
const PAGE = 65536;

/** What the work on one stream needs in the arena, while it lasts. All addresses are in bytes and 64-byte aligned. */
export interface Lane {
  /** `TILES * TILE` elements: where logits are staged. */
  readonly stage: number;
  /** As many again: where what is made of them is written, and raw f16 or bf16 words wait to be widened. */
  readonly mapped: number;
  /** The sweep's table: `TILES` rows of `Column.stride` float64. */
  readonly table: number;
  /** A view of the table. */
  readonly rows: Float64Array;
}

/**
 * Room for all of one row, from its first logit to the last one that is written out: so that no exponential is evaluated twice, and no
 * logit read twice. All addresses are in bytes and 64-byte aligned.
 */
export interface RowStore {
  /** Most logits of a row. */
  readonly length: number;
  /** A row of a sweep's table for each tile. */
  readonly table: number;
  /** `length` weights, as {@linkcode Kernels.store} writes them. */
  readonly weights: number;
  /** `length` logits. */
  readonly logits: number;
}

/**
 * All lanes of an arena are lent: the library was called from inside itself too many times over.
 *
 * @example Work inside work, without end
 * ```ts
 * import { ArenaFullError, loadKernels } from "@sluice/sluice/kernels";
 * import { assertThrows } from "@std/assert";
 *
 * const { arena } = loadKernels();
 * const inside = (): void => arena.lend(inside);
 * assertThrows(inside, ArenaFullError, "from inside");
 * ```
 */
export class ArenaFullError extends RangeError {
  /** The class's name, also where classes are renamed by a bundler. */
  override readonly name = "ArenaFullError";
  /** Stable, for callers that cannot compare classes. */
  readonly code = "E_ARENA_FULL";

  /** Says how many lanes there are. */
  constructor() {
    super(
      `Cannot work on another row: the library was called from inside itself until all ${LANES} lanes of its memory were in use; ` +
        "let the row in hand end first",
    );
  }
}

/**
 * The memory of one backend, and who has which part of it. Nothing else keeps that.
 *
 * Lanes are lent to synchronous work and come back when it ends. A caller's code (an operator, a step, a map) runs while lanes are
 * lent, and whatever it calls is lent others: nothing is ever written over. Slots and cells are places of rows: a row that must leave
 * takes its content along. Read buffers are lent to sources, across waits. The row store has one owner at a time, across waits too; whoever
 * comes while it is lent does without. Rows are lent to callers, who give them back when they like. What is left, `spare`, `out`, `indices` and `scratch`, is
 * for one kernel's answer or intermediate results: nobody keeps anything there while other code runs.
 */
export class Arena {
  /** The memory. It never grows, so views of it stay valid. */
  readonly memory: ArrayBuffer;
  /** An accumulator of `SLOT_BYTES` for a moment's work. */
  readonly spare: number;
  /** Eight float64 results of a kernel. */
  readonly out: number;
  /** A view of them. */
  readonly results: Float64Array;
  /** `TILE` uint32 indices of a kernel. */
  readonly indices: number;
  /** A view of them. */
  readonly found: Uint32Array;
  /** `2 * TILE` elements for one kernel's work on values that lie elsewhere. */
  readonly scratch: number;
  /** Accumulators of open rows, `SLOT_BYTES` each. */
  readonly slots: Places;
  /** A ring of `Cell.ring` cells, 64 bits each. */
  readonly cells: Places;
  /** Memory for rows of callers. */
  readonly loans: Loans;
  /** Bytes that are touched by work, the most of them; {@linkcode Arena.reserved} are beside them. */
  readonly worked: number;
  /** Bytes of the row store and of rows that are lent: only what is written to is memory of the machine's. */
  readonly reserved: number;
  readonly #store: RowStore;
  #owner: WeakRef<object> | undefined;
  readonly #lanes: readonly Lane[];
  /** Each lane as a list of one. */
  readonly #alone: readonly (readonly Lane[])[];
  #lent = 0;
  readonly #buffers: number[];

  /** Lays a memory out for logits of `element`; see {@linkcode arenaBytes}. */
  constructor(memory: ArrayBuffer, element: "f32" | "f64") {
    const take = allocator();
    const { lanes, slots, cells, buffers, store, loans, ...momentary } = areasOf(take, element);
    this.memory = memory;
    this.spare = momentary.spare;
    this.out = momentary.out;
    this.results = new Float64Array(memory, this.out, 8);
    this.indices = momentary.indices;
    this.found = new Uint32Array(memory, this.indices, TILE);
    this.scratch = momentary.scratch;
    this.slots = new Places(slots);
    this.cells = new Places([cells]);
    this.#lanes = lanes.map((lane) => ({
      ...lane,
      rows: new Float64Array(memory, lane.table, TILES * Column.stride),
    }));
    this.#alone = this.#lanes.map((lane) => [lane]);
    this.#buffers = buffers;
    this.#store = store;
    this.loans = new Loans(loans, RESERVE_BYTES);
    this.worked = store.table;
    this.reserved = memory.byteLength - store.table;
  }

  /** Lends a lane to synchronous work; it is given back when that ends. */
  lend<T>(work: (lane: Lane) => T): T {
    if (this.#lent === LANES) throw new ArenaFullError();
    const lane = this.#lanes[this.#lent++];
    try {
      return work(lane);
    } finally {
      this.#lent--;
    }
  }

  /** Lends several lanes at once. */
  lendMany<T>(count: number, work: (lanes: readonly Lane[]) => T): T {
    if (this.#lent + count > LANES) throw new ArenaFullError();
    const lanes = count === 1 ? this.#alone[this.#lent] : this.#lanes.slice(this.#lent, this.#lent + count);
    this.#lent += count;
    try {
      return work(lanes);
    } finally {
      this.#lent -= count;
    }
  }

  /** Most logits of a row that fits the row store. */
  get storeLength(): number {
    return this.#store.length;
  }

  /**
   * Lends the row store, until it is given back; gives nothing while another owner has it. An owner that is gone without giving it back
   * has it no longer.
   */
  lendStore(owner: object): RowStore | undefined {
    if (this.#owner?.deref() !== undefined) return undefined;
    this.#owner = new WeakRef(owner);
    return this.#store;
  }

  /** Takes the row store back, if this owner has it. */
  giveStoreBack(owner: object): void {
    if (this.#owner?.deref() === owner) this.#owner = undefined;
  }

  /** Bytes of a read buffer. */
  get bufferBytes(): number {
    return BUFFER_BYTES;
  }

  /** Lends a read buffer until it is given back; with all of them lent, memory outside does as well, but is less, and copied when staged. */
  lendBuffer(): Uint8Array {
    const at = this.#buffers.pop();
    return at === undefined ? new Uint8Array(OUTSIDE_BYTES) : new Uint8Array(this.memory, at, BUFFER_BYTES);
  }

  /** Takes a read buffer back. */
  giveBack(buffer: Uint8Array): void {
    if (buffer.buffer === this.memory) this.#buffers.push(buffer.byteOffset);
  }
}

/**
 * Bytes of memory that an arena needs, a whole number of WASM pages: 8.3 MiB for float32, 12.3 MiB for float64, and 24.3 MiB in reserve. What is
 * not used is not touched.
 */
export function arenaBytes(element: "f32" | "f64"): number {
  const take = allocator();
  areasOf(take, element);
  return Math.ceil(take(0) / PAGE) * PAGE;
}

/** Gives address after address. */
function allocator(): (bytes: number) => number {
  let at = RESERVED;
  return (bytes) => {
    const address = at;
    at += Math.ceil(bytes / 64) * 64;
    return address;
  };
}

interface Areas {
  readonly spare: number;
  readonly out: number;
  readonly indices: number;
  readonly scratch: number;
  readonly slots: readonly number[];
  readonly lanes: readonly Omit<Lane, "rows">[];
  readonly cells: number;
  readonly buffers: number[];
  readonly store: RowStore;
  readonly loans: number;
}

function areasOf(take: (bytes: number) => number, element: "f32" | "f64"): Areas {
  const tile = TILE * (element === "f64" ? 8 : 4);
  const length = RESERVE_BYTES / tile * TILE;
  const many = <T>(count: number, area: () => T): T[] => Array.from({ length: count }, area);
  return {
    spare: take(SLOT_BYTES),
    out: take(8 * 8),
    indices: take(TILE * 4),
    scratch: take(2 * tile),
    slots: many(SLOTS, () => take(SLOT_BYTES)),
    lanes: many(LANES, () => ({
      table: take(TILES * TABLE_ROW_BYTES),
      stage: take(TILES * tile),
      mapped: take(TILES * tile),
    })),
    cells: take(Cell.ring * 8),
    buffers: many(BUFFERS, () => take(BUFFER_BYTES)),
    // Last: from here on all is reserve.
    store: {
      length,
      table: take(length / TILE * TABLE_ROW_BYTES),
      weights: take(RESERVE_BYTES),
      logits: take(RESERVE_BYTES),
    },
    loans: take(RESERVE_BYTES),
  };
}
