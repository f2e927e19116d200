/** How one logit is stored. `bf16` and `f16` travel as raw 16-bit words. */
export type Dtype = "f32" | "f64" | "f16" | "bf16";

/** The typed array that carries each {@linkcode Dtype}. */
export type LogitArray = Float32Array | Float64Array | Uint16Array;

const BYTES: Record<Dtype, number> = { f32: 4, f64: 8, f16: 2, bf16: 2 };

/**
 * Bytes of one logit.
 *
 * @example A bfloat16 takes two bytes
 * ```ts
 * import { bytesOf } from "@sluice/sluice/core";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(bytesOf("bf16"), 2);
 * ```
 *
 * @param dtype The storage type.
 * @returns 2, 4 or 8.
 */
export function bytesOf(dtype: Dtype): number {
  return BYTES[dtype];
}
