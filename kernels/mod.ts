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
 * | `Kernels`, `Arena`, `Level`, `Backend` | the interface they share |
 * | `holding`, `isHeld`, `freeKernels` | who works in an arena while a caller's code runs |
 * | `TILE`, `TILES`, `Column`, `Total`, `SLOT_BYTES` | the layout of memory |
 * | `ln`, `exp` | logarithm and exponential with the same bits in every engine |
 *
 * @module
 */
export { freeKernels, holding, isHeld } from "./hold.ts";
export * from "./kernels.ts";
export { exp, ln } from "./reference/elementary.ts";
export { Total } from "./reference/total.ts";
export {
  availableBackends,
  BackendUnavailableError,
  type Capabilities,
  chooseBackend,
  kernelsOf,
  loadKernels,
  spareKernels,
} from "./load.ts";
