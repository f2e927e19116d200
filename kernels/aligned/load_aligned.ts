import { type Binaries, binaryOf } from "../binaries.ts";
import {
  type Build,
  type Completions,
  type ExportsOf,
  referenceFunctions,
  type References,
  wasmFunctions,
} from "../functions.ts";
import type { Kernels } from "../kernels.ts";
import { LOG2_E_PAIR } from "../reference/binary_exponent.ts";
import { viewsOf } from "../views.ts";
import { BASES, instantiate } from "../wasm_kernels.ts";
import type { AlignedKernels } from "./aligned_kernels.ts";
import { combineCentred } from "./combine_centred/reference.ts";
import { cross } from "./cross/reference.ts";
import { cross as crossed } from "./cross/wasm.ts";
import { PATCH as FMA } from "./gen/fma.ts";
import { BINARY as SIMD } from "./gen/simd.ts";
import { overlap } from "./overlap/reference.ts";
import { overlap as overlapped } from "./overlap/wasm.ts";

/** The `reference.ts` of each folder. */
export const REFERENCES: References<AlignedKernels> = { cross, combineCentred, overlap };
const COMPLETIONS: Completions<AlignedKernels> = { cross: crossed, overlap: overlapped };
const BINARIES: Binaries = { simd: SIMD, fma: FMA };

/** The kernels of a build over a memory that those of the same build lie in. */
export function alignedOver(build: Build, memory: WebAssembly.Memory): AlignedKernels {
  const exports = instantiate<ExportsOf<AlignedKernels>>(binaryOf(BINARIES, build), memory);
  const views = viewsOf(memory.buffer as ArrayBuffer, "f32", BASES[build]);
  return wasmFunctions(REFERENCES, COMPLETIONS, exports, views);
}

const loaded = new WeakMap<Kernels, AlignedKernels>();

/**
 * The kernels of aligned streams beside others, in their memory: of the same backend. The first call compiles a few KB of WASM.
 *
 * @example The largest logits of two streams are taken off before they are combined
 * ```ts
 * import { alignedKernels, Column, loadKernels } from "@sluice/sluice/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * const kernels = loadKernels(), { memory, arena } = kernels;
 * arena.lendMany(2, ([a, b]) => {
 *   new Float32Array(memory, a.stage, 2).set([1000, 998]);
 *   new Float32Array(memory, b.stage, 2).set([1, 3]);
 *   a.rows[Column.maximum] = 1000;
 *   b.rows[Column.maximum] = 3;
 *   alignedKernels(kernels).combineCentred(a.stage, b.stage, 2, a.table, b.table, 1, 0.5, a.mapped);
 *   assertEquals([...new Float32Array(memory, a.mapped, 2)], [-1, -2]);
 * });
 * ```
 *
 * @param kernels The others, as `loadKernels` gives them.
 * @returns The same object at every call.
 */
export function alignedKernels(kernels: Kernels): AlignedKernels {
  let found = loaded.get(kernels);
  if (!found) {
    const { backend, wasm, memory, element } = kernels;
    found = backend === "reference" || !wasm
      ? referenceFunctions(REFERENCES, viewsOf(memory, element, LOG2_E_PAIR))
      : alignedOver(backend, wasm);
    loaded.set(kernels, found);
  }
  return found;
}
