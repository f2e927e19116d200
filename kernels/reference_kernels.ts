import { Arena, arenaBytes } from "./arena.ts";
import { type Functions, kernelsWith, referenceFunctions, type References } from "./functions.ts";
import * as folders from "./gen/references.ts";
import type { Kernels } from "./kernels.ts";
import { LOG2_E_PAIR } from "./reference/binary_exponent.ts";
import { viewsOf } from "./views.ts";

/** The `reference.ts` of each kernel. */
export const REFERENCES: References<Functions> = folders;

/**
 * The float64 TypeScript backend: every kernel by its definition. It is the oracle of the tests, the fallback where
 * WASM SIMD is missing, and the law of float64 logits: see `float64Kernels`. 10 to 30 times slower than the WASM builds.
 */
export function referenceKernels(element: "f32" | "f64"): Kernels {
  const memory = new ArrayBuffer(arenaBytes(element));
  const base = LOG2_E_PAIR;
  const functions = referenceFunctions(REFERENCES, viewsOf(memory, element, base));
  return kernelsWith(functions, {
    backend: "reference",
    element,
    memory,
    wasm: undefined,
    arena: new Arena(memory, element),
    base,
  });
}
