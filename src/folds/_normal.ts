import { exp } from "../../kernels/mod.ts";

/** `1 / sqrt(2 pi)`. */
const DENSITY = 0.3989422804014327;

/** Below this the series of the centre is taken, above the fraction of the tail. */
const CENTRE = 2.5;

/** `P(0 < Z < z)` of a standard normal Z, for z >= 0: a sum of positive terms. */
function centre(z: number): number {
  let term = z, sum = z;
  for (let n = 3; term > sum * 1e-17; n += 2) {
    term *= z * z / n;
    sum += term;
  }
  return DENSITY * exp(-z * z / 2) * sum;
}

/** `P(Z > z)` for z above the centre: Laplace's continued fraction, from its 120th step back. */
function tail(z: number): number {
  let fraction = z;
  for (let n = 120; n > 0; n--) fraction = z + n / fraction;
  return DENSITY * exp(-z * z / 2) / fraction;
}

/** The distribution function of the standard normal. Relative error about 1e-15, in the lower tail too. */
export function normalCdf(z: number): number {
  const size = Math.abs(z);
  if (size > CENTRE) return z < 0 ? tail(size) : 1 - tail(size);
  return z < 0 ? 0.5 - centre(size) : 0.5 + centre(size);
}

/** The error function, for x >= 0. */
export function erf(x: number): number {
  const z = x * Math.SQRT2;
  return z > CENTRE ? 1 - 2 * tail(z) : 2 * centre(z);
}

/** The inverse of {@linkcode normalCdf}: -Infinity at 0 and Infinity at 1. By halving, for it is asked rarely. */
export function normalQuantile(p: number): number {
  if (p <= 0 || p >= 1) return p <= 0 ? -Infinity : Infinity;
  let low = -40, high = 40;
  for (let step = 0; step < 80; step++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
