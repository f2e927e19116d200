import { type Dtype, type Shape, ShapeError } from "../core/mod.ts";

/** What NumPy writes for most arrays, and enough for any number of rows. */
const LENGTH = 128;

/** The data begins at a multiple of this, as NumPy has it. */
const ALIGNMENT = 64;

/** No array of NumPy's has more axes. */
const MOST_AXES = 64;

/** Magic and version, then two bytes of length. */
const PREFIX = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0];

const DESCR: Partial<Record<Dtype, string>> = { f16: "<f2", f32: "<f4", f64: "<f8" };

/**
 * The header of a `.npy`, version 1.0. Its length does not depend on the rows, so that they can be put in later: 128 bytes, or
 * more where that many axes need it.
 *
 * @param shape The vocabulary and the dtype.
 * @param rows How many rows follow.
 * @param axes The axes that say it where they hold just these rows; `[rows, vocabulary]` otherwise, and beyond the 64 that NumPy has.
 * @returns The bytes before the first row.
 * @throws {ShapeError} If NumPy has no such dtype.
 */
export function npyHeader({ dtype, vocabulary }: Shape, rows: number, axes: readonly number[] = []): Uint8Array {
  const descr = DESCR[dtype];
  if (!descr) {
    throw new ShapeError(
      `Cannot write ${dtype} as .npy, which has no such dtype: wanted f16, f32 or f64; any operator, as temperature(1), widens to f32`,
      "E_DTYPE",
    );
  }
  const known = axes.length <= MOST_AXES ? axes : [];
  const text = dict(descr, holds(known, rows, vocabulary) ? known : [rows, vocabulary]);
  const begin = PREFIX.length + 2;
  const needed = begin + dict(descr, known).length + 1;
  const header = new Uint8Array(Math.max(LENGTH, Math.ceil(needed / ALIGNMENT) * ALIGNMENT)).fill(0x20);
  header.set(PREFIX);
  new DataView(header.buffer).setUint16(PREFIX.length, header.length - begin, true);
  new TextEncoder().encodeInto(text, header.subarray(begin));
  header[header.length - 1] = 0x0a;
  return header;
}

function dict(descr: string, axes: readonly number[]): string {
  const tuple = axes.length === 1 ? `${axes[0]},` : axes.join(", ");
  return `{'descr': '${descr}', 'fortran_order': False, 'shape': (${tuple}), }`;
}

/** Whether axes are those of rows of a vocabulary. */
function holds(axes: readonly number[], rows: number, vocabulary: number): boolean {
  return axes.at(-1) === vocabulary && axes.slice(0, -1).reduce((product, size) => product * size, 1) === rows;
}
