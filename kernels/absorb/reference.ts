import type { Kernels } from "../kernels.ts";
import { addWords, BINS, DIGITS, raiseTop } from "../reference/digits.ts";
import type { Views } from "../views.ts";

/** Adds accumulator `from` to `into`, exactly. */
export function absorb({ f64, i32 }: Views): Kernels["absorb"] {
  return (into, from) => {
    const to = into >> 3, at = from >> 3;
    if (f64[at] > f64[to]) f64[to] = f64[at];
    const top = f64[at + 1];
    if (top === -Infinity) return;
    if (top > f64[to + 1]) raiseTop(f64, i32, to, top);
    const below = f64[to + 1] - top;
    for (let run = 0; run < 3; run++) {
      for (let i = 0; i + below < BINS; i++) {
        const source = 2 * at + DIGITS + 2 * (run * BINS + i);
        addWords(i32, 2 * to + DIGITS + 2 * (run * BINS + i + below), i32[source], i32[source + 1]);
      }
    }
  };
}
