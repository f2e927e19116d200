/**
 * Kernels of two aligned streams, over the memory of the others: a module of its own, so that a program that compares nothing does without.
 * Addresses, counts and logits are those of `Kernels`.
 */
export interface AlignedKernels {
  /**
   * Of each tile of two streams, p and q, writes what each softmax makes of their difference: to columns 8 and 9 of p's row `sum w g / 2^exponent` and
   * `sum w g^2 / 2^exponent` (0 unless `squares`), in nats, with w the weight of a logit x of p and `g = x - t`, t the logit of q; to column 10
   * how many ids p allows and q masks, which are left out; and to q's row the same the other way round, with `t - x`. Without `gap` g is t in p's row, and
   * q's is of no use. Weights and rows are as {@linkcode Kernels.store} wrote them. `count` begins on a tile border. Tiles with an invalid logit get 0.
   * Method: both logits are taken from about their tile's largest first, so that no offset between the streams costs anything; the offset
   * comes in by tile, in float64. Given the weights, the same bits on every backend. Cost: a sweep.
   */
  cross(
    logits: number,
    weights: number,
    other: number,
    otherWeights: number,
    count: number,
    table: number,
    otherTable: number,
    gap: boolean,
    squares: boolean,
  ): void;
  /**
   * Writes `by (x - m) + otherBy (t - m')` to `mapped`, m and m' the largest logit of each tile by its row of the tables (0 where that is
   * -Infinity), in float64 and rounded once. Where a stream with a factor above 0 is masked it is -Infinity, else where one with a factor
   * below 0 is, +Infinity. Factors are not 0. The same bits on every backend. Cost: 0.5 ns a logit.
   */
  combineCentred(
    logits: number,
    other: number,
    count: number,
    table: number,
    otherTable: number,
    by: number,
    otherBy: number,
    mapped: number,
  ): void;

  /**
   * Of two streams whose sums are known writes, for each tile, to column 8 of its row `sum min(p, q)`, and to column 9, by `kind`: 0 for
   * nothing; for 1 `sum (s p ln(p / m) + (1 - s) q ln(q / m))` with `m = s p + (1 - s) q`, s the `share`; for 2 `sum (q - p + p d)` with
   * `d = ln(p / q)`, every term of which is at least 0, and exact to its last digits where p and q are close. p and q are the softmaxes,
   * from the weights and rows that {@linkcode Kernels.store} wrote, and each sum as mantissa and exponent of {@linkcode Kernels.total}; `gap` is the
   * difference of the log-sum-exps. `count` begins on a tile border. What is masked weighs 0; for kind 2 nothing that p allows is masked in q.
   * Given the weights, the same bits on every backend. Cost: half a sweep for kind 0, 1 to 1.5 for the others.
   */
  overlap(
    logits: number,
    weights: number,
    other: number,
    otherWeights: number,
    count: number,
    table: number,
    otherTable: number,
    mantissa: number,
    exponent: number,
    otherMantissa: number,
    otherExponent: number,
    gap: number,
    kind: number,
    share: number,
  ): void;
}
