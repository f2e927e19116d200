/**
 * How near is the log-sum-exp kernel to the plain read of its logits, and how far from the alternatives?
 *
 * Asked for `report.ts` only: under `deno bench`, `kernels/log_sum_exp_bench.ts` asks it. The limits are 1.1 times the ratios
 * to the plain read of the machine the kernels were designed on: 5.2 in cache (0.417 / 0.080 ns), 2.06 at 16 Mi logits
 * (0.431 / 0.209 ns). A machine that reads faster from its cache, and computes no faster, cannot meet the first.
 */
import { ask } from "./_ask.ts";
import { kernelWay } from "./_kernel_way.ts";

const LSE = "log-sum-exp: sweep and deposit", READ = "plain read", LOOP = "Math.exp loop";

for (const [size, length, most] of [["256 Ki", 2 ** 18, 5.73], ["16 Mi", 2 ** 24, 2.27]] as const) {
  const names = [READ, LSE, "with moments", "the paper's pair sum", LOOP];
  ask({
    question: `log-sum-exp kernel, a row of ${size}`,
    logits: length,
    ways: Object.fromEntries(names.map((name) => [name, kernelWay(name, length)])),
    targets: [
      { of: LSE, against: READ, most },
      { of: LOOP, against: LSE, least: 25 },
      { of: "the paper's pair sum", against: LSE, least: 1 },
    ],
  });
}
