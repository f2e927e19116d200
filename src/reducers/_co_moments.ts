import { TILE } from "../../kernels/mod.ts";
import type { Block, Fact, Spec } from "../core/mod.ts";
import { exactSumsFault, toExact, toNumber, UNIT } from "../row/mod.ts";

/** Sums over the ids that are masked in neither of two streams, exact: in units of 2^-1074, those of products in units of 2^-2148. */
interface CoMomentsState {
  count: number;
  sum: bigint;
  squares: bigint;
  otherSum: bigint;
  otherSquares: bigint;
  products: bigint;
}

/** How two rows of logits go together, about 0 and about their means. */
export interface CoMoments {
  /** `1 - cos` of the angle between the rows, as they are; NaN where one has no length. */
  readonly distance: number;
  /** The same of the rows less their means: `1 - r`, r the correlation; NaN where one has no variance. */
  readonly centredDistance: number;
  /** Of how many of the two no logit is apart from the mean: 0, 1 or 2. */
  readonly flat: number;
}

/** Plain sums, squares and products of the logits of two streams. */
export function coMomentsFact(first: string, second: string): Fact<CoMoments, CoMomentsState> {
  const spec: Spec = { name: "coMoments", params: { first, second }, inputs: [] };
  return {
    spec,
    streams: [first, second],
    init: () => ({ count: 0, sum: 0n, squares: 0n, otherSum: 0n, otherSquares: 0n, products: 0n }),
    stepBlock(state, own, other) {
      for (let from = 0; from < own.count; from += TILE) addTile(state, own, other, from);
    },
    merge(into, from) {
      into.count += from.count;
      into.sum += from.sum;
      into.squares += from.squares;
      into.otherSum += from.otherSum;
      into.otherSquares += from.otherSquares;
      into.products += from.products;
    },
    validate({ count, sum, squares, otherSum, otherSquares, products }, folded) {
      const sums = { count, sum: otherSum, squares: otherSquares };
      const fault = exactSumsFault({ count, sum, squares }, folded.count) ?? exactSumsFault(sums, folded.count);
      // Cauchy and Schwarz, with room for what tiles are rounded by.
      if (fault || products * products <= 2n * squares * otherSquares) return fault;
      return "the sum of products is larger than those of the squares allow";
    },
    finish({ count, sum, squares, otherSum, otherSquares, products }) {
      const n = BigInt(count);
      const spread = n * squares - sum * sum, otherSpread = n * otherSquares - otherSum * otherSum;
      return {
        distance: angular(squares, otherSquares, products),
        centredDistance: angular(spread, otherSpread, n * products - sum * otherSum),
        flat: Number(spread <= 0n) + Number(otherSpread <= 0n),
      };
    },
  };
}

/** Binary digits that a quotient has beside those before its point. */
const GUARD = 128;

/** `1 - c / sqrt(a b)`, without cancellation: for c > 0 it is `(a b - c^2) / (s (s + c))` with `s = sqrt(a b)`. */
function angular(a: bigint, b: bigint, c: bigint): number {
  if (a <= 0n || b <= 0n) return NaN;
  const square = a * b;
  const cosine = Math.sign(Number(c > 0n) - 0.5) * Math.sqrt(quotient(c * c, square));
  if (c <= 0n) return 1 - cosine;
  return Math.max(0, quotient(square - c * c, square) / (1 + cosine));
}

function quotient(value: bigint, by: bigint): number {
  return toNumber((value << BigInt(GUARD)) / by, GUARD);
}

/** One tile about the first pair that is masked in neither: with `d = x - c` and `e = t - c'`, `sum x t = sum d e + c sum e + c' sum d + n c c'`. */
function addTile(state: CoMomentsState, own: Block, other: Block, from: number): void {
  const to = Math.min(from + TILE, own.count), xs = own.values, ts = other.values;
  let c = NaN, c2 = NaN, count = 0, d1 = 0, d2 = 0, e1 = 0, e2 = 0, de = 0;
  for (let i = from; i < to; i++) {
    const x = xs[i], t = ts[i];
    // NaN and infinities alike: NaN and +Infinity are the engine's to report.
    if (!(x - x === 0 && t - t === 0)) continue;
    if (count++ === 0) {
      c = x;
      c2 = t;
    }
    const d = x - c, e = t - c2;
    d1 += d;
    d2 += d * d;
    e1 += e;
    e2 += e * e;
    de += d * e;
  }
  if (count === 0) return;
  if (!(d2 < Infinity && e2 < Infinity)) return addExactly(state, xs.subarray(from, to), ts.subarray(from, to));
  addSums(state, count, c, c2, { d1, d2, e1, e2, de });
}

/** Moves the sums of a tile to 0 and adds them: exactly. */
function addSums(
  state: CoMomentsState,
  count: number,
  c: number,
  c2: number,
  { d1, d2, e1, e2, de }: Readonly<Record<"d1" | "d2" | "e1" | "e2" | "de", number>>,
): void {
  const n = BigInt(count), x = toExact(c), t = toExact(c2), d = toExact(d1), e = toExact(e1);
  // A product of exact numbers has twice the unit.
  const twice = (sum: number) => toExact(sum) << BigInt(UNIT);
  state.count += count;
  state.sum += n * x + d;
  state.otherSum += n * t + e;
  state.squares += twice(d2) + 2n * x * d + n * x * x;
  state.otherSquares += twice(e2) + 2n * t * e + n * t * t;
  state.products += twice(de) + x * e + t * d + n * x * t;
}

/** The same without rounding, for float64 logits so far apart that their squares overflow. */
function addExactly(state: CoMomentsState, xs: Block["values"], ts: Block["values"]): void {
  for (let i = 0; i < xs.length; i++) {
    if (!Number.isFinite(xs[i]) || !Number.isFinite(ts[i])) continue;
    const x = toExact(xs[i]), t = toExact(ts[i]);
    state.count++;
    state.sum += x;
    state.otherSum += t;
    state.squares += x * x;
    state.otherSquares += t * t;
    state.products += x * t;
  }
}
