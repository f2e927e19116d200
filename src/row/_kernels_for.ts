import { type Backend, type Kernels, loadKernels } from "../../kernels/mod.ts";
import type { Dtype } from "../core/mod.ts";

/** The arithmetic for a dtype: f64 rows run the float64 reference, never narrowed silently. */
export function kernelsFor(dtype: Dtype, backend?: Backend): Kernels {
  return dtype === "f64" ? loadKernels("reference", "f64") : loadKernels(backend, "f32");
}
