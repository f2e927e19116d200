import type { Kernels } from "../kernels.ts";
import { Column, TILE } from "../layout.ts";
import { leastShareOf, scaleExp, timesPower } from "../probabilities/reference.ts";
import type { Views } from "../views.ts";

/** Writes `weight * 2^(N - exponent) / mantissa`; where logits lie, what `probabilities` makes of them. */
export function share({ values, shift, f64, base }: Views): Kernels["share"] {
  const least = leastShareOf(values);
  return (weights, count, table, mapped, mantissa, exponent) => {
    for (let done = 0; done < count; done += TILE) {
      const reference = f64[(table >> 3) + done / TILE * Column.stride + Column.reference];
      const tile = Math.min(TILE, count - done);
      const [from, to] = [(weights >> shift) + done, (mapped >> shift) + done];
      if (reference !== reference) scaleExp(values, from, tile, to, mantissa, exponent, base);
      else shareTile(values, from, tile, to, mantissa, reference - exponent, least);
    }
  };
}

/** One tile whose reference lies `distance` binades above the sum's exponent. */
function shareTile(
  values: Float32Array | Float64Array,
  from: number,
  count: number,
  to: number,
  mantissa: number,
  distance: number,
  least: number,
): void {
  const sum = mantissa > 0 ? mantissa : NaN;
  for (let i = 0; i < count; i++) {
    const share = timesPower(values[from + i], distance) / sum;
    values[to + i] = share < least ? 0 : share;
  }
}
