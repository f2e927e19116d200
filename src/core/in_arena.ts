import { type Kernels, kernelsOf, loadKernels, TILE } from "../../kernels/mod.ts";

/**
 * Runs a kernel on values wherever they lie: in place if they are in an arena, else by way of the default arena, a tile at a time.
 *
 * @example Divide where they lie
 * ```ts
 * import { inArena } from "@sluice/sluice/core";
 * import { assertEquals } from "@std/assert";
 *
 * const values = Float32Array.of(1, 2);
 * inArena(values, (kernels, at, count) => kernels.divide(at, count, 0.5));
 * assertEquals([...values], [2, 4]);
 * ```
 *
 * @param values The values; the kernel's results replace them.
 * @param run Takes the kernels that own the arena, the address of the first value, and how many there are.
 */
export function inArena(
  values: Float32Array | Float64Array,
  run: (kernels: Kernels, at: number, count: number) => void,
): void {
  const owner = kernelsOf(values.buffer);
  if (owner) {
    run(owner, values.byteOffset, values.length);
    return;
  }
  const kernels = loadKernels(undefined, values instanceof Float64Array ? "f64" : "f32");
  const View = values instanceof Float64Array ? Float64Array : Float32Array;
  for (let from = 0; from < values.length; from += TILE) {
    const piece = values.subarray(from, from + TILE);
    const staged = new View(kernels.memory, kernels.arena.scratch, piece.length);
    staged.set(piece);
    run(kernels, staged.byteOffset, piece.length);
    piece.set(staged);
  }
}
