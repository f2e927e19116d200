import type { Dtype, LogitArray } from "./dtype.ts";

/**
 * Bytes as logits, without a copy. They must begin at a multiple of the logit's size.
 * Sources are little endian, typed arrays are as the host is; every host of this library is little endian.
 *
 * @example The second float32 of eight bytes
 * ```ts
 * import { logitView } from "@sluice/sluice/core";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = Uint8Array.of(0, 0, 0, 0, 0, 0, 128, 63);
 * assertEquals(logitView("f32", bytes.buffer, 4, 1)[0], 1);
 * ```
 *
 * @param dtype How a logit is stored.
 * @param buffer The memory.
 * @param byte Where the first logit begins.
 * @param length How many logits.
 * @returns A view of the memory.
 * @throws {RangeError} If they begin elsewhere or go past the memory.
 */
export function logitView(dtype: Dtype, buffer: ArrayBufferLike, byte: number, length: number): LogitArray {
  if (dtype === "f32") return new Float32Array(buffer, byte, length);
  return dtype === "f64" ? new Float64Array(buffer, byte, length) : new Uint16Array(buffer, byte, length);
}
