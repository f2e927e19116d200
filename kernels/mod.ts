/**
 * The arithmetic of Sluice: one set of kernels over one fixed memory, in three backends (fused SIMD, plain SIMD, and
 * float64 TypeScript), and the deterministic elementary functions.
 *
 * | symbol | what it is |
 * | --- | --- |
 * | `loadKernels` | the kernels of the best backend that works here, or of a named one |
 * | `availableBackends` | which backends work here |
 * | `chooseBackend` | the rule behind the default |
 * | `BackendUnavailableError` | a named backend that does not work here |
 * | `Kernels`, `Level`, `Backend` | the interface they share |
 * | `alignedKernels`, `AlignedKernels` | those of two streams, beside them |
 * | `Arena`, `Lane`, `RowStore`, `Places`, `Loans`, `ArenaFullError` | the memory they work in, and who has which part of it |
 * | `TILE`, `TILES`, `LANES`, `Column`, `Total`, `SLOT_BYTES`, `TABLE_ROW_BYTES`, `CHECKSUM_KEY_BYTES` | the layout of memory |
 * | `ln`, `exp` | logarithm and exponential with the same bits in every engine |
 *
 * @module
 */
export { alignedKernels } from "./aligned/load_aligned.ts";
export type { AlignedKernels } from "./aligned/aligned_kernels.ts";
export { Arena, ArenaFullError, type Lane, type RowStore } from "./arena.ts";
export * from "./kernels.ts";
export * from "./layout.ts";
export { exp, ln } from "./reference/elementary.ts";
export {
  availableBackends,
  BackendUnavailableError,
  type Capabilities,
  chooseBackend,
  kernelsOf,
  loadKernels,
} from "./load.ts";
export { Loans } from "./loans.ts";
export { type OnEvict, Places } from "./places.ts";
