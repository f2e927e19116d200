/**
 * Elementary functions that lose nothing where a part of them vanishes, made of the kernels' own `exp` and `ln`: the same bits in every
 * engine.
 *
 * @module
 */
import { exp, ln } from "../../kernels/mod.ts";

/** `ln(1 + x)` for x in 0..1. Where `1 + x` rounds, the factor puts back what it rounded away (Kahan). */
function logOnePlus(x: number): number {
  const u = 1 + x;
  return u === 1 ? x : ln(u) * (x / (u - 1));
}

/** `ln(1 + e^z)`: -ln sigmoid(-z). Never overflows; 0 and Infinity at the ends. */
export function softplus(z: number): number {
  return Math.max(z, 0) + logOnePlus(exp(-Math.abs(z)));
}

/** `1 / (1 + e^-z)`. What is missing to 1 is `sigmoid(-z)`, without a subtraction. */
export function sigmoid(z: number): number {
  const e = exp(-Math.abs(z));
  return (z < 0 ? e : 1) / (1 + e);
}

/** `ln(1 - e^x)` for x <= 0; -Infinity at 0. */
export function logOneMinusExp(x: number): number {
  const u = exp(x);
  if (u === 1) return ln(-x);
  // As in logOnePlus: (u - 1) x / ln u is e^x - 1 without the rounding of u. Below 1/2 there is nothing to lose.
  return ln(u < 0.5 ? 1 - u : (1 - u) * (x / ln(u)));
}

/**
 * A product in which 0 wins over Infinity. The first factor is a weight of the logistic family: where a score overflows, the weight
 * vanishes as the exponential of that score, so 0 is the limit.
 */
export function product(weight: number, x: number): number {
  return weight === 0 ? 0 : weight * x;
}
