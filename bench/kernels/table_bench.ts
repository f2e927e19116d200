/** What does each kernel cost? One bench for every row of `kernels/table.ts`: `deno bench bench/kernels`. */
import { availableBackends } from "../../kernels/mod.ts";
import { passesOf } from "./workload.ts";

const LENGTH = 2 ** 17;

for (const build of ["fma", "simd"] as const) {
  if (!availableBackends().includes(build)) continue;
  for (const { name, kernel, run } of passesOf(build, LENGTH)) {
    if (kernel === undefined) continue;
    Deno.bench({ name, group: `${build}, 128k logits`, baseline: kernel === "read", n: 50 }, () => run());
  }
}
