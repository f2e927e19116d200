/** Divergences of two rows by definition, in float64: each probability by `Math.exp`, each row about its own largest logit, sums compensated. */

type Row = ArrayLike<number>;

/** A sum by Neumaier's rule. */
function sumOf(terms: Iterable<number>): number {
  let sum = 0, lost = 0;
  for (const x of terms) {
    const next = sum + x;
    lost += Math.abs(sum) >= Math.abs(x) ? (sum - next) + x : (x - next) + sum;
    sum = next;
  }
  return sum + lost;
}

/** The log-probabilities of a row. */
export function logProbabilities(row: Row): number[] {
  const values = Array.from(row), maximum = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const logSum = Math.log(sumOf(values.map((x) => Math.exp(x - maximum))));
  return values.map((x) => (x - maximum) - logSum);
}

/** The sum over the ids that p allows of what a function makes of both log-probabilities. */
function over(x: Row, t: Row, term: (a: number, b: number) => number): number {
  const [p, q] = [logProbabilities(x), logProbabilities(t)];
  return sumOf(p.map((a, i) => a === -Infinity ? 0 : Math.exp(a) * term(a, q[i])));
}

/** `KL(p || q)`; from terms that are at least 0, so that nothing cancels. */
export function kl(x: Row, t: Row): number {
  const [p, q] = [logProbabilities(x), logProbabilities(t)];
  return sumOf(p.map((a, i) => {
    const d = a - q[i];
    if (a === -Infinity) return Math.exp(q[i]);
    return Math.abs(d) < 0.05 ? Math.exp(a) * tail(d) : Math.exp(q[i]) - Math.exp(a) + Math.exp(a) * d;
  }));
}

/** `e^-d - 1 + d`, by its series. */
function tail(d: number): number {
  let sum = 0, term = 1;
  for (let n = 1; n < 14; n++) {
    term *= -d / n;
    if (n > 1) sum += term;
  }
  return sum;
}

/** The divergence of a mixture in which p weighs `weight`. */
export function js(x: Row, t: Row, weight = 0.5): number {
  const mixture = (a: number, b: number) => Math.log(weight * Math.exp(a) + (1 - weight) * Math.exp(b));
  return weight * over(x, t, (a, b) => a - mixture(a, b)) + (1 - weight) * over(t, x, (b, a) => b - mixture(a, b));
}

/** Half the sum of the differences. */
export function tv(x: Row, t: Row): number {
  const [p, q] = [logProbabilities(x), logProbabilities(t)];
  return sumOf(p.map((a, i) => Math.abs(Math.exp(a) - Math.exp(q[i])))) / 2;
}

/** Of order alpha. */
export function renyi(x: Row, t: Row, alpha: number): number {
  return Math.log(over(x, t, (a, b) => Math.exp((1 - alpha) * (b - a)))) / (alpha - 1);
}

/** The variance of `x - t` under p. */
export function gapVariance(x: Row, t: Row): number {
  const [p, q] = [logProbabilities(x), logProbabilities(t)];
  const mean = over(x, t, (a, b) => a - b);
  return sumOf(p.map((a, i) => a === -Infinity ? 0 : Math.exp(a) * (a - q[i] - mean) ** 2));
}
