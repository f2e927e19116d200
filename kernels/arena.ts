import { type Arena, Cell, Column, SLOT_BYTES, TILE, TILES } from "./kernels.ts";

/** Bytes at the start of memory that belong to the WASM module: its tables of constants and its scratch vectors. */
const RESERVED = 8192;
// Two in turn for a source, two more for its second read, and as many for a second flow; later ones use memory of their own.
const BUFFERS = 8;
const BUFFER_BYTES = 1 << 18;
const PAGE = 65536;

/** An arena's addresses and the bytes of memory it needs, a whole number of WASM pages. */
export interface Layout {
  readonly arena: Arena;
  readonly bytes: number;
}

/** Lays the arena out for elements of `elementBytes`: 3.7 MiB for float32, 4.2 MiB for float64. */
export function layOut(elementBytes: number): Layout {
  let at = RESERVED;
  const take = (bytes: number): number => {
    const address = at;
    at += Math.ceil(bytes / 64) * 64;
    return address;
  };
  const arena: Arena = {
    table: take(TILES * Column.stride * 8),
    slot: take(SLOT_BYTES),
    spare: take(SLOT_BYTES),
    out: take(8 * 8),
    indices: take(TILE * 4),
    scratch: take(2 * TILE * elementBytes),
    stage: take(TILES * TILE * elementBytes),
    mapped: take(TILES * TILE * elementBytes),
    cells: take(Cell.ring * 8),
    pool: take(BUFFERS * BUFFER_BYTES),
    buffers: BUFFERS,
    bufferBytes: BUFFER_BYTES,
  };
  return { arena, bytes: Math.ceil(at / PAGE) * PAGE };
}
