import type { Kernels } from "../kernels.ts";
import { Column, Total } from "../layout.ts";
import { logSumOf } from "../total/reference.ts";
import type { Views } from "../views.ts";

/**
 * What `total` gives of an accumulator that took one row of a table: its maximum, its sum and the log-sum, to the same bits, as the digits
 * of one tile hold its sum to the last bit. There are no moments.
 */
export function totalOfTile({ f64, base }: Views): Kernels["totalOfTile"] {
  return (table, out) => {
    const row = table >> 3, to = out >> 3;
    const maximum = f64[row + Column.maximum], mantissa = f64[row + Column.mantissa];
    const empty = !(mantissa > 0), exponent = empty ? 0 : f64[row + Column.exponent];
    f64[to + Total.maximum] = maximum;
    f64[to + Total.mantissa] = empty ? 0 : mantissa;
    f64[to + Total.exponent] = exponent;
    f64[to + Total.mean] = 0;
    f64[to + Total.meanSquare] = 0;
    f64[to + Total.logSum] = maximum === Infinity ? 0 : empty ? -Infinity : logSumOf(maximum, mantissa, exponent, base);
  };
}
