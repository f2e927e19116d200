/** A case in which we differ from its suite on purpose. */
export interface Deviation {
  /** The case. */
  readonly id: string;
  /** The arithmetic in which we differ, where not in both. */
  readonly dtype?: "f32" | "f64";
  /** Why we differ. */
  readonly reason: string;
}

/** All of them. A test runs each and fails if it agrees after all. */
export const DEVIATIONS: readonly Deviation[] = [
  {
    id: "tfjs/argmax_ignores_nan",
    reason: "an invalid row never gives a token: no id, where tfjs skips NaN and NumPy gives its index",
  },
  { id: "tfjs/topk_all_ninf", reason: "a masked token is never listed: the list of an all-masked row is empty" },
  { id: "tfjs/topk_error_k_gt_n", reason: "k above the vocabulary clamps, as samplers do" },
  { id: "scipy/lse_empty", reason: "an array without logits is refused by name: it is most often a mistake" },
  {
    id: "onnx-node/test_reduce_log_sum_exp_empty_set",
    reason: "a vocabulary of 0 is refused by name: it is most often a mistake",
  },
  {
    id: "scipy/log_softmax_single",
    dtype: "f32",
    reason:
      "found -6e-8 for 0: a log-probability is accurate to 2e-6 absolutely, not relative to itself; float64 rows give 0",
  },
  {
    id: "scipy/lse_gh18295_0_-40",
    dtype: "f64",
    reason:
      "found 0 for 4e-18: one pass sums all terms in float64, so 1 + 4e-18 is 1; a log1p of the rest alone would need the " +
      "maximum first",
  },
];
