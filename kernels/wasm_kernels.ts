import { Arena, arenaBytes } from "./arena.ts";
import { type Binaries, binaryOf } from "./binaries.ts";
import { type Build, type Completions, type Exports, type Functions, kernelsWith, wasmFunctions } from "./functions.ts";
import { PATCH as FMA } from "./gen/fma.ts";
import { BINARY as SIMD } from "./gen/simd.ts";
import * as folders from "./gen/wasm.ts";
import type { Kernels } from "./kernels.ts";
import { type Base, LOG2_E_PAIR } from "./reference/binary_exponent.ts";
import { REFERENCES } from "./reference_kernels.ts";
import { viewsOf } from "./views.ts";

const BINARIES: Binaries = { simd: SIMD, fma: FMA };

/** The base of each build's exponents: that of the fused one is log2(e) rounded to float32. */
export const BASES: Readonly<Record<Build, Base>> = { fma: { hi: 1.4426950216293335, lo: 0 }, simd: LOG2_E_PAIR };

/** The `wasm.ts` of the kernels that have one. */
export const COMPLETIONS: Completions<Functions> = folders;

/** What the host asks before it trusts a binary: see `asm/probe.ts`. */
export interface Probes {
  probeMultiplyAdd(a: number, b: number, c: number): number;
  probeNegatedMultiplyAdd(a: number, b: number, c: number): number;
}

/** The bytes of a build's module. */
export function moduleOf(build: Build): Uint8Array<ArrayBuffer> {
  return binaryOf(BINARIES, build);
}

/** Compiles and instantiates a module over a memory. */
export function instantiate<E>(binary: Uint8Array<ArrayBuffer>, memory: WebAssembly.Memory): E {
  return new WebAssembly.Instance(new WebAssembly.Module(binary), { env: { memory } }).exports as E;
}

/**
 * Whether relaxed multiply-adds round once here, both of them: of `(1 + 2^-13)^2 = 1 + 2^-12 + 2^-26` only a single rounding
 * keeps the last term when the others are taken off.
 */
export function isFused(exports: Probes): boolean {
  const a = 1 + 2 ** -13;
  const rounded = 1 + 2 ** -12;
  return exports.probeMultiplyAdd(a, a, -rounded) === 2 ** -26 &&
    exports.probeNegatedMultiplyAdd(a, a, rounded) === -(2 ** -26);
}

/** The kernels of a build over any memory, of which the first 8 KiB are the module's own. */
export function buildFunctions(build: Build, memory: WebAssembly.Memory): Functions {
  const exports = instantiate<Exports>(moduleOf(build), memory);
  return wasmFunctions(REFERENCES, COMPLETIONS, exports, viewsOf(memory.buffer as ArrayBuffer, "f32", BASES[build]));
}

/** The kernels of one WASM build. What its fast path cannot do, the float64 path in TypeScript does, in the same base. */
export function wasmKernels(build: Build): Kernels {
  const pages = arenaBytes("f32") / 65536;
  const wasm = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const functions = buildFunctions(build, wasm);
  const memory = wasm.buffer as ArrayBuffer;
  return kernelsWith(functions, {
    backend: build,
    element: "f32",
    memory,
    wasm,
    arena: new Arena(memory, "f32"),
    base: BASES[build],
  });
}
