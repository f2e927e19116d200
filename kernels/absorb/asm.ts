/** The exact sum of two accumulators. */
import { addDigit, DIGITS, raiseMaximum, raiseTop, RUN, TOP } from "../asm/digits.ts";

/** Adds accumulator `from` to `into`, exactly. */
export function absorb(into: usize, from: usize): void {
  raiseMaximum(into, f64.load(from));
  const top = f64.load(from, TOP);
  if (top == -Infinity) return;
  if (top > f64.load(into, TOP)) raiseTop(into, top);
  const below = f64.load(into, TOP) - top;
  if (below >= 8.0) return;
  const skip = <usize> below << 3;
  for (let run: usize = 0; run < 3; run++) {
    const digits = DIGITS + run * RUN;
    for (let i: usize = 0; i + skip < RUN; i += 8) addDigit(into + digits + skip + i, i64.load(from + digits + i));
  }
}
