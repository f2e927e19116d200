import { type Binaries, binaryOf } from "../binaries.ts";
import {
  type Build,
  type Completions,
  type ExportsOf,
  referenceFunctions,
  type References,
  wasmFunctions,
} from "../functions.ts";
import { LOG2_E_PAIR } from "../reference/binary_exponent.ts";
import { viewsOf } from "../views.ts";
import { instantiate } from "../wasm_kernels.ts";
import { PATCH as FMA } from "./gen/fma.ts";
import { BINARY as SIMD } from "./gen/simd.ts";
import * as references from "./reference.ts";
import * as completions from "./wasm.ts";
import type { TwoPass } from "./two_pass.ts";

/** The `reference.ts` of this folder, and what its `wasm.ts` completes. */
export const REFERENCES: References<TwoPass> = references;
const COMPLETIONS: Completions<TwoPass> = completions;
const BINARIES: Binaries = { simd: SIMD, fma: FMA };

/** The paper's kernels of a build, or in float64, over a memory of which the first 8 KiB are the module's own. */
export function loadTwoPass(backend: Build | "reference", memory: WebAssembly.Memory): TwoPass {
  const views = viewsOf(memory.buffer as ArrayBuffer, "f32", LOG2_E_PAIR);
  if (backend === "reference") return referenceFunctions(REFERENCES, views);
  const exports = instantiate<ExportsOf<TwoPass>>(binaryOf(BINARIES, backend), memory);
  return wasmFunctions(REFERENCES, COMPLETIONS, exports, views);
}
