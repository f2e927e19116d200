import { type Kernels, kernelsOf, loadKernels, TILE } from "../../kernels/mod.ts";

/**
 * Runs a kernel on values wherever they lie: in place if they are in an arena, by way of the default arena if not.
 *
 * @param values At most one tile.
 * @param run Takes the kernels that own the arena and the address of the first value.
 */
export function inArena(
  values: Float32Array | Float64Array,
  run: (kernels: Kernels, at: number) => void,
): void {
  const owner = kernelsOf(values.buffer);
  if (owner) {
    run(owner, values.byteOffset);
    return;
  }
  if (values.length > TILE) throw new RangeError(`Cannot stage ${values.length} values: a segment has at most ${TILE}`);
  const kernels = loadKernels(undefined, values instanceof Float64Array ? "f64" : "f32");
  const View = values instanceof Float64Array ? Float64Array : Float32Array;
  const staged = new View(kernels.memory, kernels.arena.stage, values.length);
  staged.set(values);
  run(kernels, staged.byteOffset);
  values.set(staged);
}
