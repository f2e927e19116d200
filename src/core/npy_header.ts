import type { Dtype } from "./dtype.ts";
import { ShapeError } from "./errors.ts";
import type { Shape } from "./shape.ts";

/** What NumPy writes for most arrays, and enough for any number of rows. */
const LENGTH = 128;

/** Magic and version, then two bytes of length. */
const PREFIX = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0];

const DESCR: Partial<Record<Dtype, string>> = { f16: "<f2", f32: "<f4", f64: "<f8" };

/**
 * The header of a `.npy`, version 1.0, always 128 bytes long, so that the rows can be put in later.
 *
 * @example Two rows of three
 * ```ts
 * import { npyHeader } from "@sluice/sluice/core";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const header = npyHeader({ rows: undefined, vocabulary: 3, dtype: "f32" }, 2);
 * assertStringIncludes(new TextDecoder().decode(header), "'shape': (2, 3)");
 * ```
 *
 * @param shape The vocabulary and the dtype.
 * @param rows How many rows follow.
 * @returns The bytes before the first row.
 * @throws {ShapeError} If NumPy has no such dtype.
 */
export function npyHeader({ dtype, vocabulary }: Shape, rows: number): Uint8Array {
  const descr = DESCR[dtype];
  if (!descr) {
    throw new ShapeError(
      `Cannot write ${dtype} as .npy, which has no such dtype: wanted f16, f32 or f64; any operator, as temperature(1), widens to f32`,
      "E_DTYPE",
    );
  }
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${rows}, ${vocabulary}), }`;
  const begin = PREFIX.length + 2;
  const header = new Uint8Array(LENGTH).fill(0x20);
  header.set(PREFIX);
  new DataView(header.buffer).setUint16(PREFIX.length, LENGTH - begin, true);
  new TextEncoder().encodeInto(text, header.subarray(begin));
  header[LENGTH - 1] = 0x0a;
  return header;
}
