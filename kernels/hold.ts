import type { Kernels } from "./kernels.ts";
import { spareKernels } from "./load.ts";

/** The kernels whose arena holds something that a caller's code must find again when it returns. */
const held = new WeakSet<Kernels>();

/**
 * Whether a caller's code (an operator, a step, a map) runs while its logits, or its results, lie in this arena.
 *
 * @example Within and without
 * ```ts
 * import { holding, isHeld, loadKernels } from "@sluice/sluice/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * const kernels = loadKernels();
 * assertEquals([isHeld(kernels), holding(kernels, () => isHeld(kernels)), isHeld(kernels)], [false, true, false]);
 * ```
 *
 * @param kernels Whose arena.
 */
export function isHeld(kernels: Kernels): boolean {
  return held.has(kernels);
}

/**
 * Runs a caller's code while the arena holds what it works on: whatever it calls meanwhile takes {@linkcode freeKernels}.
 *
 * @example What runs inside works elsewhere
 * ```ts
 * import { freeKernels, holding, loadKernels } from "@sluice/sluice/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * const kernels = loadKernels();
 * assertEquals(holding(kernels, () => freeKernels(kernels) === kernels), false);
 * ```
 *
 * @param kernels Whose arena.
 * @param run The caller's code.
 * @returns What it gives.
 */
export function holding<T>(kernels: Kernels, run: () => T): T {
  if (held.has(kernels)) return run();
  held.add(kernels);
  try {
    return run();
  } finally {
    held.delete(kernels);
  }
}

/**
 * These kernels, or the same arithmetic over another arena while theirs is held.
 *
 * @example Nobody holds it
 * ```ts
 * import { freeKernels, loadKernels } from "@sluice/sluice/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * const kernels = loadKernels();
 * assertEquals(freeKernels(kernels) === kernels, true);
 * ```
 *
 * @param kernels The kernels to work with.
 */
export function freeKernels(kernels: Kernels): Kernels {
  while (held.has(kernels)) kernels = spareKernels(kernels);
  return kernels;
}
