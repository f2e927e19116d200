import type { Elements } from "./maps.ts";
import { type BinaryExponent, binaryExponent, LOG2_E_PAIR } from "./binary_exponent.ts";
import { exp2Fraction, exponentOf, powerOfTwo } from "./elementary.ts";

const y: BinaryExponent = { n: 0, f: 0 };

/**
 * The Two-Pass Softmax paper's first pass, element by element: keeps `(M, E)` and adds each `e^x = m 2^n` by
 * `e = max(E, n); M = M 2^(E-e) + m 2^(n-e)`. Writes the mantissa and the exponent to `table[out]`, `table[out + 1]`.
 *
 * Specials: -Infinity is left out; NaN and +Infinity make the mantissa NaN; nothing at all gives 0 and 0.
 */
export function pairSumOf(logits: Elements, from: number, count: number, table: Float64Array, out: number): void {
  let mantissa = 0;
  let exponent = -Infinity;
  for (let i = from; i < from + count; i++) {
    const x = logits[i];
    if (x === -Infinity) continue;
    if (!(x < Infinity)) {
      mantissa = NaN;
      continue;
    }
    binaryExponent(x, LOG2_E_PAIR, y);
    const e = Math.max(exponent, y.n);
    mantissa = mantissa * shrink(exponent - e) + exp2Fraction(y.f) * shrink(y.n - e);
    exponent = e;
  }
  const e = mantissa > 0 ? exponentOf(mantissa) : 0;
  table[out] = mantissa * powerOfTwo(-e);
  table[out + 1] = mantissa === 0 ? 0 : exponent + e;
}

/** `2^k` for k <= 0, 0 when it no longer matters. */
function shrink(k: number): number {
  return k < -1000 ? 0 : powerOfTwo(k);
}
