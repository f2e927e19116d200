/** What a fact is recognised by: see `Fact`. */
export interface Known<T> {
  /** What is known. */
  finish(state: never, row: RowFacts): T;
}

/** What the engine itself knows of a row, and hands to every reducer's `finish`. */
export interface RowFacts {
  /** The source's row number. */
  readonly index: number;
  /** How many logits were read. */
  readonly count: number;
  /** How many the whole row has. */
  readonly vocabulary: number;
  /** Whether only a part of the row was read. */
  readonly partial: boolean;
  /** The largest logit; NaN if any is NaN, -Infinity if all are masked. */
  readonly maximum: number;
  /** `ln(sum e^(x - maximum))`, or NaN where no reducer asked for it or the row has none. */
  readonly logSum: number;
  /** The sum of `e^x` as the pair `mantissa * 2^exponent` in the units of the backend's base; mantissa in [1, 2), or 0. */
  readonly mantissa: number;
  /** See {@linkcode RowFacts.mantissa}. */
  readonly exponent: number;
  /** Mean of `y - exponent` under the softmax, `y` the logit in powers of two; 0 unless moments were asked for. */
  readonly mean: number;
  /** Mean of `(y - exponent)^2` under the softmax; 0 unless squares were asked for. */
  readonly meanSquare: number;
  /** How many logits are NaN. */
  readonly nan: number;
  /** How many logits are +Infinity. */
  readonly posInf: number;
  /** Whether every logit is -Infinity, or none was read. */
  readonly allMasked: boolean;
  /** The lowest id whose logit is NaN or +Infinity. */
  readonly firstInvalid: number | undefined;
  /**
   * The facts of another of the row's aligned streams.
   *
   * @throws {ParameterError} If there is none of that name.
   */
  of(stream: string): RowFacts;
  /**
   * What is known by a fact that a reducer of the row has asked for.
   *
   * @throws {ParameterError} If none has.
   */
  know<T>(fact: Known<T>): T;
}
