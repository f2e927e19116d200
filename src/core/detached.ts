/**
 * Whether an array's memory was transferred away (shared memory never is).
 *
 * @example After a transfer
 * ```ts
 * import { isDetached } from "@sluice/sluice/core";
 * import { assertEquals } from "@std/assert";
 *
 * const data = Float32Array.of(1, 2);
 * structuredClone(data, { transfer: [data.buffer] });
 * assertEquals([isDetached(data), data.length], [true, 0]);
 * ```
 *
 * @param view The array, or any view.
 */
export function isDetached({ buffer }: ArrayBufferView): boolean {
  return buffer instanceof ArrayBuffer && buffer.detached;
}
