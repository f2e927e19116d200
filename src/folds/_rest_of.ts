import { exp, ln } from "../../kernels/mod.ts";

/** `e^-logprob - 1`: (u - 1) c / ln u is that without the rounding of u. */
export function restOf(logprob: number): number {
  const c = 0 - logprob, u = exp(c);
  return u === 1 || u === Infinity ? Math.max(c, 0) : (u - 1) * (c / ln(u));
}
