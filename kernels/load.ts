import type { Backend, Kernels } from "./kernels.ts";
import { float64Kernels } from "./float64_kernels.ts";
import { referenceKernels } from "./reference_kernels.ts";
import { instantiate, isFused, moduleOf, type Probes, wasmKernels } from "./wasm_kernels.ts";

/** What the host can do, as far as the choice of a backend depends on it. */
export interface Capabilities {
  /** Whether the host accepts this backend's WASM binary. */
  validate(backend: "fma" | "simd"): boolean;
  /** Whether the host's relaxed multiply-add rounds once. Asked only if the fused binary is accepted. */
  probe(): boolean;
}

/**
 * A backend was asked for by name and does not work on this host.
 *
 * @example The reference where fused SIMD does not run
 * ```ts
 * import { BackendUnavailableError, type Kernels, loadKernels } from "@sluice/sluice/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * function fusedOrReference(): Kernels {
 *   try {
 *     return loadKernels("fma");
 *   } catch (error) {
 *     if (!(error instanceof BackendUnavailableError)) throw error;
 *     return loadKernels("reference");
 *   }
 * }
 * assertEquals(fusedOrReference().memory.byteLength % 65536, 0);
 * ```
 */
export class BackendUnavailableError extends Error {
  /** The class's name, also where classes are renamed by a bundler. */
  override readonly name = "BackendUnavailableError";
  /** Stable, for callers that cannot compare classes. */
  readonly code = "E_WASM_UNAVAILABLE";
  /** The backend asked for. */
  readonly backend: Backend;

  /** Names the backend that was asked for and those that work. */
  constructor(backend: Backend, available: readonly Backend[]) {
    super(`Cannot load the ${backend} kernels on this host: available are ${available.join(", ")}`);
    this.backend = backend;
  }
}

/**
 * The best backend that works: fused SIMD, else plain SIMD, else the float64 reference.
 *
 * @example A host without relaxed SIMD
 * ```ts
 * import { chooseBackend } from "@sluice/sluice/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(chooseBackend({ validate: (backend) => backend === "simd", probe: () => false }), "simd");
 * ```
 *
 * @param host What it can do.
 * @returns The backend's name.
 */
export function chooseBackend(host: Capabilities): Backend {
  return backendsOf(host)[0];
}

function backendsOf(host: Capabilities): Backend[] {
  const found: Backend[] = [];
  if (host.validate("fma") && host.probe()) found.push("fma");
  if (host.validate("simd")) found.push("simd");
  found.push("reference");
  return found;
}

const thisHost: Capabilities = {
  validate: (backend) => typeof WebAssembly === "object" && WebAssembly.validate(moduleOf(backend)),
  probe: () => isFused(instantiate<Probes>(moduleOf("fma"), new WebAssembly.Memory({ initial: 1 }))),
};

let available: readonly Backend[] | undefined;
const loaded = new Map<string, Kernels>();

/**
 * The backends that work on this host, best first. The first call compiles a few KB of WASM.
 *
 * @example The reference works everywhere
 * ```ts
 * import { availableBackends } from "@sluice/sluice/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(availableBackends().at(-1), "reference");
 * ```
 */
export function availableBackends(): Backend[] {
  available ??= backendsOf(thisHost);
  return [...available];
}

/**
 * The kernels of a backend, with their memory; the same object at every call, so its arena is shared by all who load it.
 *
 * @example The log-sum-exp of four zeros, by hand
 * ```ts
 * import { loadKernels, Total } from "@sluice/sluice/kernels";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const kernels = loadKernels();
 * const { memory, arena } = kernels;
 * const invalid = arena.lend(({ stage, table }) => {
 *   new Float32Array(memory, stage, 4).fill(0);
 *   const invalid = kernels.sweep("sum", stage, 4, table);
 *   kernels.clear(arena.spare);
 *   kernels.deposit("sum", table, 1, arena.spare);
 *   kernels.total(arena.spare, arena.out);
 *   return invalid;
 * });
 * const out = new Float64Array(memory, arena.out, 8);
 *
 * assertEquals(invalid, 0);
 * assertAlmostEquals(out[Total.maximum] + out[Total.logSum], Math.log(4), 1e-6);
 * ```
 *
 * @param backend Which one; by default the best that works here.
 * @param element What a logit is in memory. Float64 logits always get the float64 reference; where SIMD runs, much of it is WASM, to the same bits.
 * @throws {BackendUnavailableError} If the backend was named and does not work here.
 */
export function loadKernels(backend?: Backend, element: "f32" | "f64" = "f32"): Kernels {
  const chosen = element === "f64" ? "reference" : backend ?? availableBackends()[0];
  const key = `${chosen} ${element}`;
  let kernels = loaded.get(key);
  if (kernels === undefined) {
    kernels = build(chosen, element);
    loaded.set(key, kernels);
  }
  return kernels;
}

/** The kernels of each arena. */
const owners = new WeakMap<ArrayBufferLike, Kernels>();

/**
 * The kernels whose arena is this memory, if it is one: an operator then works in place.
 *
 * @example An arena and other memory
 * ```ts
 * import { kernelsOf, loadKernels } from "@sluice/sluice/kernels";
 * import { assertEquals } from "@std/assert";
 *
 * const kernels = loadKernels();
 * assertEquals(kernelsOf(kernels.memory) === kernels, true);
 * assertEquals(kernelsOf(new ArrayBuffer(8)), undefined);
 * ```
 *
 * @param memory The buffer of a view.
 */
export function kernelsOf(memory: ArrayBufferLike): Kernels | undefined {
  return owners.get(memory);
}

function build(backend: Backend, element: "f32" | "f64"): Kernels {
  if (!availableBackends().includes(backend)) throw new BackendUnavailableError(backend, availableBackends());
  const kernels = backend === "reference" ? referenceOf(element) : wasmKernels(backend);
  owners.set(kernels.memory, kernels);
  return kernels;
}

/** The reference; of float64 logits in WASM where that runs: nobody can tell but by the time it takes. */
function referenceOf(element: "f32" | "f64"): Kernels {
  return element === "f64" && availableBackends().includes("simd") ? float64Kernels() : referenceKernels(element);
}
