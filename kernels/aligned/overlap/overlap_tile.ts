/** A tile: indices of its logits, weights and rows, and what is asked. */
export interface OverlapTile {
  readonly logits: number;
  readonly weights: number;
  readonly other: number;
  readonly otherWeights: number;
  readonly count: number;
  readonly row: number;
  readonly otherRow: number;
  readonly mantissa: number;
  readonly exponent: number;
  readonly otherMantissa: number;
  readonly otherExponent: number;
  readonly gap: number;
  readonly kind: number;
  readonly share: number;
}
