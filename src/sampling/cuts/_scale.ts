// A temperature behind a cut.
import { InvalidLogit } from "./_interrupts.ts";
import { divisorFor } from "../stages/_temperature.ts";
import { isSpan, setLogit, SpanRung } from "./_rung.ts";
import type { Rungs } from "./_rungs.ts";

/** Divides the logits by a temperature. */
export function scale(ladder: Rungs, temperature: number): void {
  const t = divisorFor(temperature, ladder.wide), top = ladder.top / t;
  if (!(top < Infinity)) throw new InvalidLogit("infinity");
  ladder.top = top;
  ladder.divisor *= t;
  ladder.rungs = ladder.rungs.map((rung) => {
    if (isSpan(rung)) return new SpanRung(rung.range);
    setLogit(rung, rung.upper / t, top);
    return rung;
  });
}
