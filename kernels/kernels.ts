import type { Arena } from "./arena.ts";

/** Which implementation of the arithmetic runs: fused SIMD, plain SIMD, or float64 TypeScript. */
export type Backend = "fma" | "simd" | "reference";

/** How much a sweep learns of a tile; each level includes the ones before it. */
export type Level = "maximum" | "sum" | "moments" | "squares";

/** What a masked sum adds up: weights; weights and their moment; squares of weights. */
export type Measure = "mass" | "moments" | "squares";

/**
 * One backend's arithmetic over one arena: the same functions for the two WASM builds and for the float64
 * reference, so that nothing above this room knows which one runs.
 *
 * All addresses are byte offsets into {@linkcode Kernels.memory}; counts are elements of {@linkcode Kernels.element}
 * type. Logits may lie at any element-aligned address. Nothing allocates, nothing traps on any input.
 */
export interface Kernels {
  /** Which implementation this is. */
  readonly backend: Backend;
  /** What a logit is in memory: f32 for the WASM builds; the reference has an instance of each. */
  readonly element: "f32" | "f64";
  /** The memory that addresses are of. It never grows, so views of it stay valid. */
  readonly memory: ArrayBuffer;
  /** The same, as the modules of further kernels import it: see `alignedKernels`; the reference has none. */
  readonly wasm: WebAssembly.Memory | undefined;
  /** Who has which part of it. */
  readonly arena: Arena;
  /**
   * The base of this backend's exponents, `2^(hi + lo)` with `hi + lo` about log2(e): a logit x weighs `2^(x * (hi + lo))`.
   * The fused build uses `hi = fround(log2 e), lo = 0`; the others the true constant.
   */
  readonly base: { readonly hi: number; readonly lo: number };

  /**
   * Sweeps `count` logits (at most `TILES * TILE`, starting on a tile border; the last tile may be partial) and writes
   * one table row a tile, at the level asked for; columns above the level are left as they were.
   * Tiles with NaN, +Infinity or a magnitude outside the fast path's range are done again in float64; the columns `nan`
   * and `posInf` are valid in every row, and a tile with either has mantissa, moment and square 0.
   * Gives the number of tiles that hold a NaN or +Infinity.
   */
  sweep(level: Level, logits: number, count: number, table: number): number;
  /**
   * As `sweep` of what {@linkcode Kernels.divide} makes of the logits, to the same bits, at level `maximum` or `sum`; the logits stay as they are.
   * `by` is above 0, and finite. Of tiles the fast path cannot do the quotients are done in float64.
   * Gives the number of tiles that hold a NaN, or a quotient of +Infinity. Cost: a quarter more than the sweep.
   */
  sweepDivided(level: "maximum" | "sum", logits: number, count: number, by: number, table: number): number;
  /**
   * As `sweep("sum", ...)`, and the sums have its bits; and writes the weight of each logit to `weights`, which must not overlap the logits:
   * `2^(y - N)`, y the logit in units of the base, N the tile's even reference, written to its row (`Column.reference`). So each exponential
   * is evaluated once a row: see {@linkcode Kernels.share}. A tile that the fast path cannot do, because of NaN, +Infinity or a magnitude
   * out of range, keeps its logits in the place of weights, and has reference NaN.
   * Gives the number of tiles that hold a NaN or +Infinity. Cost: a tenth more than the sweep, and a write.
   */
  store(logits: number, count: number, table: number, weights: number): number;
  /** As `store` of what {@linkcode Kernels.divide} makes of the logits, to the same bits; the logits stay as they are. `by` is above 0, and finite. */
  storeDivided(logits: number, count: number, by: number, table: number, weights: number): number;

  /**
   * Of a stored row what the logits of `low <= x < high` weigh: to `rows` a row for each tile, as the sweep writes what all of its logits
   * weigh, to the same bits if all are in the range (but for the reference, whose weights are rounded as they are stored); with measure `"moments"` their moment too, with `"squares"` the sum of the squared
   * weights instead. `Column.count` says how many they are; gives how many they are in all. The maximum is -Infinity, as it is not looked for.
   * -Infinity, +Infinity and NaN are in no range. Cost: 0.1 ns a logit, next to nothing for tiles whose maximum lies below `low`.
   */
  sumBetween(
    measure: Measure,
    logits: number,
    weights: number,
    count: number,
    table: number,
    low: number,
    high: number,
    rows: number,
  ): number;
  /**
   * Lists the logits of `low <= x < high` of a stored row, ascending by their places: to `values` as they are, to `shares` their weights in
   * units of `2^exponent` (0 below 2^-149 of it, NaN in a tile that has logits in the place of weights), to `ids` their places, as uint32. Each needs
   * room for `count`; up to three places behind the last are written as well. Gives how many they are. Cost: 0.1 ns a logit, and 1 ns for each that is listed.
   */
  listBetween(
    logits: number,
    weights: number,
    count: number,
    table: number,
    low: number,
    high: number,
    exponent: number,
    values: number,
    shares: number,
    ids: number,
  ): number;

  /** Empties an accumulator: maximum -Infinity, no digits. */
  clear(slot: number): void;
  /** Adds the first `tiles` rows of the table to the accumulator, exactly: any order gives the same digits. */
  deposit(level: Level, table: number, tiles: number, slot: number): void;
  /** Adds accumulator `from` to `into`, exactly. */
  absorb(into: number, from: number): void;
  /**
   * Reads an accumulator without changing it. Writes to `out`: the maximum; the sum's mantissa in [1, 2) (0 when empty) and
   * integer exponent; the mean and the mean square of `y - exponent` under the weights (0 when not accumulated); then
   * `ln(sum / e^maximum)`, never below 0. See `Total` for the order.
   * An empty sum has log-sum -Infinity, and a maximum of +Infinity log-sum 0, so that maximum + log-sum is right there too.
   * Cost: 0.1 to 0.2 us.
   */
  total(slot: number, out: number): void;

  /** What `total` gives of an accumulator that took the first row of a table at level `sum`, and no other: to the same bits, for a fraction of the cost. */
  totalOfTile(table: number, out: number): void;

  /**
   * Sweeps rows of `vocabulary` logits, at most a tile, one behind the other, as many as `count` logits hold, and writes two float64 of each
   * to `out`: its maximum and its log-sum, as `sweep` and `totalOfTile` tell them, to the same bits. Gives how many rows are done: all, or
   * those before the first that holds NaN or +Infinity.
   */
  sweepRows(logits: number, count: number, vocabulary: number, out: number): number;

  /**
   * Writes `e^x / sum` to `mapped`, sum given as mantissa and exponent of {@linkcode Kernels.total}; `mapped` may be `logits`.
   * -Infinity gives exactly 0, NaN stays NaN, a sum of 0 gives NaN throughout. Error: 3e-6 relative above 1e-37; results
   * below 2^-123 are 0 (of float64 logits: 2^-1015). A logit's result depends on it and the sum alone, however the row is cut.
   * Cost: one read and one write, and a scan of each tile's maximum in the cache.
   */
  probabilities(logits: number, count: number, mapped: number, mantissa: number, exponent: number): void;
  /**
   * Writes to `mapped`, which may be `weights`, what {@linkcode Kernels.probabilities} makes of the logits, to the same bits, from what
   * {@linkcode Kernels.store} wrote of them: weights, and the rows of their tiles. `count` begins on a tile border; mantissa is in [1, 2), or 0.
   * Method: one product a logit, `weight * (2^(N - exponent) / mantissa)`; of a tile more than 64 binades below the sum two, the first
   * by a power of two, as its factor alone could be subnormal. Tiles of logits are mapped as such. Cost: one read and one write.
   */
  share(weights: number, count: number, table: number, mapped: number, mantissa: number, exponent: number): void;
  /**
   * Writes `(x - maximum) - logSum` to `mapped`, computed in float64 and rounded once; `mapped` may be `logits`. -Infinity stays
   * -Infinity beside a finite maximum. The same bits on every backend.
   */
  logProbabilities(logits: number, count: number, mapped: number, maximum: number, logSum: number): void;

  /**
   * Writes the ascending positions of the logits of one tile that are greater than `threshold` (or equal, if `inclusive`)
   * as uint32 to `indices`; gives how many. NaN is never among them.
   */
  collect(logits: number, count: number, threshold: number, inclusive: boolean, indices: number): number;
  /**
   * A value that at least `k` logits of this tile reach (so a safe threshold for the k largest), or -Infinity if none is cheaply
   * known: for k beyond 64, or a tile with too few logits. NaN is left out.
   */
  bound(logits: number, count: number, k: number): number;
  /**
   * Writes the positions of the `k` (1 to 16) largest logits of one tile as uint32 to `indices`, best first, of equals the lower one first;
   * gives how many. Masked logits and NaN are never among them. Cost: two reads, and about 10 ns for each that is listed in between.
   */
  best(logits: number, count: number, k: number, indices: number): number;
  /** The lowest position in one tile whose logit equals `value`, or -1. */
  find(logits: number, count: number, value: number): number;
  /** How many of `count` logits are greater than `value`. */
  countGreater(logits: number, count: number, value: number): number;
  /** How many of `count` logits are -Infinity. */
  countMasked(logits: number, count: number): number;

  /**
   * Of the logits of `low <= x < high` of one tile writes four float64 to `out`: how many there are, `sum w`, `sum w d` and
   * `sum w^2`, with `d = (x - top) / by` and `w = e^d`, to a relative 1e-12, `d` at least -700. `top` is at least any of them. Cost: 2 ns a logit of the range,
   * a third of that for others.
   */
  weigh(logits: number, count: number, low: number, high: number, top: number, by: number, out: number): void;
  /**
   * Of the finite logits of one tile writes five float64 to `out`: how many there are, the first of them c, `sum d` and `sum d^2` with
   * `d = x - c`, and the least (Infinity of none). Eight lanes by position modulo 8, `((l0+l1)+(l2+l3)) + ((l4+l5)+(l6+l7))`, in plain float64:
   * the same bits on every backend. Cost: 0.4 ns a logit.
   */
  deviations(logits: number, count: number, out: number): void;

  /** Widens `count` IEEE half floats at `words` (any even address) to logits at `to`, exactly. */
  widenF16(words: number, count: number, to: number): void;
  /** Widens `count` bfloat16 at `words` (any even address) to logits at `to`, exactly. */
  widenBf16(words: number, count: number, to: number): void;
  /** Replaces each logit by `x / fround(by)` in float32 (float64 logits: `x / by`). */
  divide(logits: number, count: number, by: number): void;
  /** Replaces each logit by `cap * tanh(x / cap)`, rounded once; NaN stays NaN, +Infinity gives cap, -Infinity (a mask) stays. */
  softcap(logits: number, count: number, cap: number): void;
  /**
   * Adds `bytes` bytes at address `at` to two position-sensitive 32-bit sums at `sums`, keyed by `CHECKSUM_KEY_BYTES` random bytes at `key`.
   * `offset` is where these bytes lie in the whole; it, `at` and `bytes` are even. Any cut of the same bytes, in any order, gives
   * the same sums, on every backend; other bytes do with a chance of about 2^-32, also if somebody chose them who does not know the key.
   */
  checksum(at: number, bytes: number, offset: number, key: number, sums: number): void;

  /** Plain read: the f32-lane sum of `count` logits. The yardstick of every bench. */
  read(logits: number, count: number): number;
}
