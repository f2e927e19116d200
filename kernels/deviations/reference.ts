import type { Kernels } from "../kernels.ts";
import type { Views } from "../views.ts";

/** Eight of the deviations, eight of their squares. */
const lanes = new Float64Array(16);

/** Of the finite logits: how many, the first one, the sums of deviations from it and of their squares, the least. */
export function deviations({ values, shift, f64 }: Views): Kernels["deviations"] {
  return (logits, count, out) => {
    const from = logits >> shift;
    lanes.fill(0);
    let finite = 0, centre = 0, minimum = Infinity;
    for (let i = 0; i < count; i++) {
      const x = values[from + i];
      if (x - x !== 0) continue;
      if (finite++ === 0) centre = x;
      if (x < minimum) minimum = x;
      const d = x - centre;
      lanes[i & 7] += d;
      lanes[8 + (i & 7)] += d * d;
    }
    const to = out >> 3;
    f64[to] = finite;
    // Which of two zeros is the first or the least hangs on the order.
    f64[to + 1] = centre + 0;
    f64[to + 2] = addLanes(0);
    f64[to + 3] = addLanes(8);
    f64[to + 4] = minimum + 0;
  };
}

function addLanes(at: number): number {
  return addFour(at) + addFour(at + 4);
}

function addFour(at: number): number {
  return (lanes[at] + lanes[at + 1]) + (lanes[at + 2] + lanes[at + 3]);
}
