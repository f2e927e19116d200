import { Arena, arenaBytes } from "./arena.ts";
import { type Exports, type Functions, kernelsWith, referenceFunctions, wasmFunctions } from "./functions.ts";
import type { Kernels } from "./kernels.ts";
import { LOG2_E_PAIR } from "./reference/binary_exponent.ts";
import { REFERENCES } from "./reference_kernels.ts";
import { viewsOf } from "./views.ts";
import { COMPLETIONS, instantiate, moduleOf } from "./wasm_kernels.ts";

/** What the names of a binary's exports for float64 logits end in. */
const SUFFIX = "64";

/** The float64 kernels over any memory: what the plain build exports for float64 logits, for the rest the reference. */
export function float64Functions(memory: WebAssembly.Memory): Functions {
  const exports = instantiate<Record<string, unknown>>(moduleOf("simd"), memory);
  const views = viewsOf(memory.buffer as ArrayBuffer, "f64", LOG2_E_PAIR);
  const names = Object.keys(REFERENCES).filter((name) => name + SUFFIX in exports);
  const own = Object.fromEntries(names.map((name) => [name, exports[name + SUFFIX]])) as unknown as Exports;
  const all = wasmFunctions(REFERENCES, COMPLETIONS, own, views);
  return {
    ...referenceFunctions(REFERENCES, views),
    ...Object.fromEntries(names.map((name) => [name, all[name as keyof Functions]])),
  };
}

/**
 * The reference's arithmetic of float64 logits, much of it in WASM, without any relaxed instruction: the bits are the reference's, so it
 * is the same backend. See `asm64.ts` of each kernel that has one.
 */
export function float64Kernels(): Kernels {
  const pages = arenaBytes("f64") / 65536;
  const wasm = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const memory = wasm.buffer as ArrayBuffer;
  return kernelsWith(float64Functions(wasm), {
    backend: "reference",
    element: "f64",
    memory,
    wasm: undefined,
    arena: new Arena(memory, "f64"),
    base: LOG2_E_PAIR,
  });
}
