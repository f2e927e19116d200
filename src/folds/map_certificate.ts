/** What one map certifies. */
export interface MapCertificate {
  /** The class with the largest mean. */
  readonly class: number;
  /** At least this is its mean. */
  readonly lower: number;
  /** At most this is the mean of any other class. */
  readonly upper: number;
  /** `(sigma / 2) (Phi^-1(lower) - Phi^-1(upper))`; 0 where nothing is certified. */
  readonly radius: number;
  /** `(lower - upper) sigma sqrt(pi / 2)`: of the margin. */
  readonly marginRadius: number;
  /** `(lower - upper) / (sqrt 2 L)`, L the constant after smoothing; `undefined` without `lipschitz`. */
  readonly lipschitzRadius: number | undefined;
}
