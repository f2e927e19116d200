/** The paper's two passes in float64. */
import { scaleExp } from "../probabilities/reference.ts";
import { type BinaryExponent, binaryExponent } from "../reference/binary_exponent.ts";
import { exp2Fraction, exponentOf, powerOfTwo } from "../reference/elementary.ts";
import type { Views } from "../views.ts";
import type { TwoPass } from "./two_pass.ts";

const y: BinaryExponent = { n: 0, f: 0 };

/**
 * The first pass: keeps `(M, E)` and adds each `e^x = m 2^n` by `e = max(E, n); M = M 2^(E-e) + m 2^(n-e)`.
 *
 * Specials: -Infinity is left out; NaN and +Infinity make the mantissa NaN; nothing at all gives 0 and 0.
 */
export function pairSum({ values, shift, f64, base }: Views): TwoPass["pairSum"] {
  return (logits, count, out) => {
    const from = logits >> shift;
    let mantissa = 0;
    let exponent = -Infinity;
    for (let i = from; i < from + count; i++) {
      const x = values[i];
      if (x === -Infinity) continue;
      if (!(x < Infinity)) {
        mantissa = NaN;
        continue;
      }
      binaryExponent(x, base, y);
      const e = Math.max(exponent, y.n);
      mantissa = mantissa * shrink(exponent - e) + exp2Fraction(y.f) * shrink(y.n - e);
      exponent = e;
    }
    const e = mantissa > 0 ? exponentOf(mantissa) : 0;
    f64[out >> 3] = mantissa * powerOfTwo(-e);
    f64[(out >> 3) + 1] = mantissa === 0 ? 0 : exponent + e;
  };
}

/** The second pass. */
export function pairScale({ values, shift, base }: Views): TwoPass["pairScale"] {
  return (logits, count, mapped, mantissa, exponent) => {
    scaleExp(values, logits >> shift, count, mapped >> shift, mantissa, exponent, base);
  };
}

/** `2^k` for k <= 0, 0 when it no longer matters. */
function shrink(k: number): number {
  return k < -1000 ? 0 : powerOfTwo(k);
}
