import type { Kernels } from "../kernels.ts";
import { Column, TILE } from "../layout.ts";
import { timesPower } from "../probabilities/reference.ts";
import type { Views } from "../views.ts";

/** Lists the logits of a range with their weights and places; as the binaries do, with zeros behind some of them. */
export function listBetween({ values, shift, f64, u32 }: Views): Kernels["listBetween"] {
  return (logits, weights, count, table, low, high, exponent, to, shares, ids) => {
    const [from, fromWeights] = [logits >> shift, weights >> shift];
    const [xs, ws, is] = [to >> shift, shares >> shift, ids >> 2];
    let listed = 0;
    for (let first = 0; first < count; first += TILE) {
      const row = (table >> 3) + first / TILE * Column.stride, end = Math.min(count, first + TILE);
      const maximum = f64[row + Column.maximum];
      if (!(maximum >= Math.max(low, -Number.MAX_VALUE))) continue;
      const scale = scaleOf(f64[row + Column.reference] - exponent);
      const whole = first + (end - first & -8);
      for (let i = first; i < end; i++) {
        const x = values[from + i];
        if (x >= low && x < high && x > -Infinity) {
          values[xs + listed] = x;
          values[ws + listed] = share(values[fromWeights + i], scale);
          u32[is + listed++] = i;
        }
        // The binaries write four places at once.
        if (i < whole && (i - first & 3) === 3) padZeros(i, scale);
      }
    }
    return listed;

    function padZeros(last: number, scale: number): void {
      let found = 0;
      for (let i = last - 3; i <= last; i++) {
        const x = values[from + i];
        if (x >= low && x < high && x > -Infinity) found++;
      }
      for (let i = found; found > 0 && i < 4; i++) {
        values[xs + listed + i - found] = 0;
        values[ws + listed + i - found] = share(0, scale);
        u32[is + listed + i - found] = 0;
      }
    }
  };
}

/** The binade of a tile's reference in the unit: 2^127 at most, and what lies below 2^-149 counts for nothing. */
function scaleOf(distance: number): number {
  return distance < -149 ? -Infinity : Math.min(127, distance);
}

function share(weight: number, scale: number): number {
  return scale === -Infinity ? 0 : scale !== scale ? NaN : timesPower(weight, scale);
}
