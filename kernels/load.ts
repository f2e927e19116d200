import type { Backend, Kernels } from "./kernels.ts";
import { ReferenceKernels } from "./reference/reference.ts";
import { binaryOf, instantiate, isFused, WasmKernels } from "./wasm.ts";

/** What the host can do, as far as the choice of a backend depends on it. */
export interface Capabilities {
  /** Whether the host accepts this backend's WASM binary. */
  validate(backend: "fma" | "simd"): boolean;
  /** Whether the host's relaxed multiply-add rounds once. Asked only if the fused binary is accepted. */
  probe(): boolean;
}

/** A backend was asked for by name and does not work on this host. */
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

/** The best backend that works: fused SIMD, else plain SIMD, else the float64 reference. */
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
  validate: (backend) => typeof WebAssembly === "object" && WebAssembly.validate(binaryOf(backend)),
  probe: () => isFused(instantiate("fma", new WebAssembly.Memory({ initial: 1 }))),
};

let available: readonly Backend[] | undefined;
const loaded = new Map<string, Kernels>();

/** The backends that work on this host, best first. The first call compiles a few KB of WASM. */
export function availableBackends(): Backend[] {
  available ??= backendsOf(thisHost);
  return [...available];
}

/**
 * The kernels of a backend, with their memory; the same object at every call, so its arena is shared by all who load it.
 *
 * @param backend Which one; by default the best that works here.
 * @param element What a logit is in memory. Float64 logits always get the float64 reference.
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
 * @param memory The buffer of a view.
 */
export function kernelsOf(memory: ArrayBufferLike): Kernels | undefined {
  return owners.get(memory);
}

const spares = new WeakMap<Kernels, Kernels>();

/**
 * The same arithmetic over an arena of its own: for work inside work, whose logits still lie in the first. The same object
 * at every call.
 *
 * @param kernels The kernels at work.
 */
export function spareKernels(kernels: Kernels): Kernels {
  let spare = spares.get(kernels);
  if (spare === undefined) spares.set(kernels, spare = build(kernels.backend, kernels.element));
  return spare;
}

function build(backend: Backend, element: "f32" | "f64"): Kernels {
  if (!availableBackends().includes(backend)) throw new BackendUnavailableError(backend, availableBackends());
  const kernels = backend === "reference" ? new ReferenceKernels(element) : new WasmKernels(backend);
  owners.set(kernels.memory, kernels);
  return kernels;
}
