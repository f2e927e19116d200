import type { Kernels } from "../kernels.ts";
import { exp } from "../reference/elementary.ts";
import type { Views } from "../views.ts";

/** Count, mass, moment and squares of the logits of `low <= x < high`. */
export function weigh({ values, shift, f64 }: Views): Kernels["weigh"] {
  return (logits, count, low, high, top, by, out) => {
    const from = logits >> shift;
    let n = 0, m = 0, h = 0, q = 0;
    for (let i = from; i < from + count; i++) {
      const x = values[i];
      if (!(x >= low && x < high)) continue;
      const d = Math.max(-700, (x - top) / by);
      const weight = exp(d);
      n++;
      m += weight;
      h += weight * d;
      q += weight * weight;
    }
    f64.set([n, m, h, q], out >> 3);
  };
}
