import type { Kernels } from "../kernels.ts";
import { expMinusOne } from "../reference/elementary.ts";
import type { Views } from "../views.ts";

/**
 * Replaces each logit by `cap * tanh(x / cap)`: `tanh |z| = m / (m + 2)` with `m = e^(2|z|) - 1`.
 *
 * Specials: NaN stays NaN, +Infinity gives the cap, -Infinity (a mask) stays.
 */
export function softcap({ values, shift }: Views): Kernels["softcap"] {
  return (logits, count, cap) => {
    const from = logits >> shift;
    for (let i = from; i < from + count; i++) {
      const x = values[i];
      if (x !== -Infinity) values[i] = cap * tanh(x / cap);
    }
  };
}

function tanh(z: number): number {
  const m = expMinusOne(Math.min(2 * Math.abs(z), 50));
  const t = m / (m + 2);
  return z < 0 ? -t : z === 0 ? z : t;
}
