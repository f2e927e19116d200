import { type Backend, type Kernels, loadKernels } from "../../kernels/mod.ts";
import { type Dtype, ParameterError, shown } from "../core/mod.ts";

/** Every arithmetic there is, the fastest first. */
export const BACKENDS: readonly Backend[] = ["fma", "simd", "reference"];

/** The arithmetic for a dtype: f64 rows have the bits of the float64 reference, never narrowed silently. */
export function kernelsFor(dtype: Dtype, backend?: Backend): Kernels {
  if (backend !== undefined && !BACKENDS.includes(backend)) {
    throw new ParameterError(`Cannot use backend ${shown(backend)}: wanted one of ${BACKENDS.join(", ")}`);
  }
  return dtype === "f64" ? loadKernels("reference", "f64") : loadKernels(backend, "f32");
}
