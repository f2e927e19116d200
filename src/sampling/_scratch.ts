import { Column, type Kernels, SLOT_BYTES, TILE, TILES } from "../../kernels/mod.ts";

/** How many tiles are worked on at once. */
export const SLICE = 15;

/** Addresses in the upper half of the arena's `mapped` area: nobody keeps anything there beyond a call. */
export interface Scratch {
  /** `SLICE` tiles: a row in memory on its way in. */
  readonly raw: number;
  /** `SLICE` tiles: the same, edited. */
  readonly edited: number;
  /** One tile: weights. */
  readonly weights: number;
  /** A table each. */
  readonly rawTable: number;
  readonly editedTable: number;
  /** A table of one row. */
  readonly rowTable: number;
  readonly slot: number;
  /** An accumulator of its own for the row that a door reads. */
  readonly rowSlot: number;
  readonly out: number;
  /** Views of them. */
  readonly views: {
    readonly raw: Float32Array | Float64Array;
    readonly rawTable: Float64Array;
    readonly editedTable: Float64Array;
    readonly rowTable: Float64Array;
    readonly slot: Uint8Array;
    readonly spare: Uint8Array;
    readonly out: Float64Array;
  };
}

const made = new WeakMap<Kernels, Scratch>();

/** The scratch addresses of an arena. */
export function scratchOf(kernels: Kernels): Scratch {
  let scratch = made.get(kernels);
  if (!scratch) made.set(kernels, scratch = layOut(kernels));
  return scratch;
}

function layOut({ arena, element, memory }: Kernels): Scratch {
  const tile = TILE * (element === "f64" ? 8 : 4);
  const raw = arena.mapped + TILES / 2 * tile;
  const edited = raw + SLICE * tile;
  const weights = edited + SLICE * tile;
  const rawTable = weights + tile;
  const editedTable = rawTable + SLICE * Column.stride * 8;
  const rowTable = editedTable + SLICE * Column.stride * 8;
  const slot = rowTable + Column.stride * 8;
  const rowSlot = slot + SLOT_BYTES;
  const out = rowSlot + SLOT_BYTES;
  const Logits = element === "f64" ? Float64Array : Float32Array;
  const views = {
    raw: new Logits(memory, raw, SLICE * TILE),
    rawTable: new Float64Array(memory, rawTable, SLICE * Column.stride),
    editedTable: new Float64Array(memory, editedTable, SLICE * Column.stride),
    rowTable: new Float64Array(memory, rowTable, Column.stride),
    slot: new Uint8Array(memory, slot, SLOT_BYTES),
    spare: new Uint8Array(memory, out, SLOT_BYTES),
    out: new Float64Array(memory, out, 8),
  };
  return { raw, edited, weights, rawTable, editedTable, rowTable, slot, rowSlot, out, views };
}

/** A view of logits in the arena. */
export function logitsAt(kernels: Kernels, at: number, count: number): Float32Array | Float64Array {
  return kernels.element === "f64"
    ? new Float64Array(kernels.memory, at, count)
    : new Float32Array(kernels.memory, at, count);
}
