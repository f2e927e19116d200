/** Logits in one tile of the absolute grid. Part of the saved state's version: never change it lightly. */
export const TILE = 1024;

/** Most tiles that one sweep may take: the rows of a lane's table. Few enough that their logits stay in the second cache. */
export const TILES = 32;

/** Lanes of an arena, one a stream: eight for aligned streams, and as many for what is called from inside their steps. */
export const LANES = 16;

/** Float64 columns of one row of the table a sweep writes, a row a tile. */
export const Column = {
  /** The tile's sum is `mantissa * 2^exponent`, mantissa in [1, 2), or 0 for a fully masked tile. */
  mantissa: 0,
  /**
   * An integer held as float64, in binades of the base. Up to `|x| = 2^50` it measures; for logits beyond, it is an ordinal below
   * 2^53 that keeps their order and counts their ties, so take the log-sum-exp from maximum and log-sum, never from it.
   */
  exponent: 1,
  /** The largest logit, NaN left out; -Infinity when all are masked. */
  maximum: 2,
  /** `sum 2^(y-exponent) * (y-exponent)`, with `y` the logit in units of the base (see {@linkcode Kernels.base}). */
  moment: 3,
  /** `sum 2^(y-exponent) * (y-exponent)^2`. */
  square: 4,
  /** How many logits are NaN. */
  nan: 5,
  /** How many logits are +Infinity. */
  posInf: 6,
  /** Of a tile whose weights are stored: the even exponent N that they are relative to; NaN where logits lie in their place. */
  reference: 7,
  /** Of a pair of streams: what one's softmax makes of the other, see {@linkcode Kernels.cross}. */
  first: 8,
  /** The same, of squares. */
  second: 9,
  /** How many ids are allowed in one and masked in the other; -1 of a tile that a fast path leaves to the float64 path. */
  apart: 10,
  /** Of a masked sum: how many logits it has added up. */
  count: 11,
  /** Columns of a row. */
  stride: 16,
} as const;

/** Bytes of one row of that table. */
export const TABLE_ROW_BYTES: number = 8 * Column.stride;

/** Bytes of an exact accumulator: f64 maximum, f64 top bin, then 8 i64 digits each for sum, moment and square. */
export const SLOT_BYTES: number = 8 + 8 + 3 * 8 * 8;

/** Where `total` writes each result, in float64 from its `out`. */
export const Total = {
  /** The largest logit, NaN left out. */
  maximum: 0,
  /** The sum is `mantissa * 2^exponent`, mantissa in [1, 2); 0 when nothing was added. */
  mantissa: 1,
  /** An integer. */
  exponent: 2,
  /** The mean of `y - exponent` under the weights; 0 when moments were not accumulated. */
  mean: 3,
  /** The mean of `(y - exponent)^2`; 0 when squares were not accumulated. */
  meanSquare: 4,
  /** `ln(sum / e^maximum)`. */
  logSum: 5,
} as const;

/** Bytes of the key of {@linkcode Kernels.checksum}: two 32-bit numbers, then 2,056 16-bit multipliers. Any bytes will do. */
export const CHECKSUM_KEY_BYTES: number = 2 * 4 + 2056 * 2;
