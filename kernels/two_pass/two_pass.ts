/**
 * The kernels of the Two-Pass Softmax paper (Dukhan and Ablavatski, 2020), element by element, made mask-safe. Not part of the
 * product: its yardstick, in tests and benches. Addresses, counts and logits are those of `Kernels`.
 */
export interface TwoPass {
  /**
   * The first pass: writes float64 mantissa and exponent of the sum to `out`, in base 2 of natural exponentials. NaN or +Infinity
   * give a mantissa of NaN.
   */
  pairSum(logits: number, count: number, out: number): void;
  /** The second pass: writes `e^x / (mantissa * 2^exponent)` to `mapped`, the sum from {@linkcode TwoPass.pairSum}. */
  pairScale(logits: number, count: number, mapped: number, mantissa: number, exponent: number): void;
}
