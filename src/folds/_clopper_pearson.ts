import { exp, ln } from "../../kernels/mod.ts";

/** `P(X >= k)` of n tries with probability p below k / n: terms that fall, from the k-th on. */
function upperTail(n: number, k: number, p: number, lnChoose: number): number {
  let term = 1, sum = 1;
  for (let j = k; j < n && term > sum * 1e-17; j++) {
    term *= (n - j) / (j + 1) * (p / (1 - p));
    sum += term;
  }
  return exp(lnChoose + k * ln(p) + (n - k) * ln(1 - p)) * sum;
}

/** The lower bound of a probability of which k of n tries came true, wrong with probability delta at most (Clopper and Pearson 1934). */
export function clopperPearson(n: number, k: number, delta: number): number {
  if (k === 0) return 0;
  let lnChoose = 0;
  for (let i = 0, few = Math.min(k, n - k); i < few; i++) lnChoose += ln((n - i) / (few - i));
  let low = 0, high = k / n;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (upperTail(n, k, middle, lnChoose) < delta) low = middle;
    else high = middle;
  }
  return low;
}
