/**
 * How near is a log-sum-exp to the plain read of its logits, and how far from the alternatives? `deno bench bench/kernels`.
 * For ratios inside one interleaved run, see `ratios.ts`.
 */
import { passesOf } from "./workload.ts";
import { availableBackends } from "../../kernels/mod.ts";

const SHOWN = [
  "plain read",
  "log-sum-exp: sweep and deposit",
  "with moments",
  "softmax: store and share",
  "the paper's pair sum",
  "Math.exp loop",
];

for (const build of ["fma", "simd"] as const) {
  if (!availableBackends().includes(build)) continue;
  for (const [size, length] of [["256k", 2 ** 18], ["16M", 2 ** 24]] as const) {
    let passes: ReturnType<typeof passesOf> | undefined;
    SHOWN.forEach((name, i) => {
      Deno.bench({
        name: `${name}, ${size}`,
        group: `${build}, ${size} logits`,
        baseline: i === 0,
        n: length > 2 ** 20 ? 5 : 100,
        fn(context) {
          passes ??= passesOf(build, length);
          const pass = passes.find((candidate) => candidate.name === name)!;
          context.start();
          pass.run();
          context.end();
        },
      });
    });
  }
}
