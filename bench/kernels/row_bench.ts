/** What does one row of 1,000 logits cost, step by step? `deno bench bench/kernels`. */
import { availableBackends, loadKernels } from "../../kernels/mod.ts";

const LENGTH = 1000;

for (const backend of availableBackends()) {
  const kernels = loadKernels(backend);
  const { arena } = kernels;
  const { out } = arena;
  // Nothing else asks for a lane here: it may be kept.
  const { stage, table } = arena.lend((lane) => lane);
  const slot = arena.slots.take({}, () => {});
  const row = new Float32Array(kernels.memory, stage, LENGTH);
  const sweep = () => void kernels.sweep("sum", stage, LENGTH, table);
  const group = `${backend}, a row of 1,000`;
  const prepare = () => row.forEach((_, i) => row[i] = 12 * Math.sin(i));
  const steps: [string, () => void][] = [
    ["sweep", sweep],
    ["clear and deposit", () => {
      kernels.clear(slot);
      kernels.deposit("sum", table, 1, slot);
    }],
    ["total", () => kernels.total(slot, out)],
    ["all of it", () => {
      kernels.clear(slot);
      sweep();
      kernels.deposit("sum", table, 1, slot);
      kernels.total(slot, out);
    }],
  ];
  for (const [name, step] of steps) {
    Deno.bench({ name, group, baseline: name === "all of it" }, () => step());
  }
  prepare();
}
