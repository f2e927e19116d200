import { Column } from "../../layout.ts";
import { powerOfTwo } from "../../reference/elementary.ts";
import { topOf } from "../cross/cross_tile.ts";
import { addLanes, BLOCK } from "../lanes.ts";
import type { Arithmetic } from "./arithmetic.ts";
import type { OverlapTile } from "./overlap_tile.ts";

/** By position mod 8 the sums of a block, then those of terms; and the same of all blocks. */
const sums = new Float64Array(16), totals = new Float64Array(16);

/** Writes the columns of one tile whose weights are there; gives whether they are numbers. */
export function sumOverlap(
  values: Float32Array | Float64Array,
  f64: Float64Array,
  tile: OverlapTile,
  arithmetic: Arithmetic,
): boolean {
  const { row, otherRow, mantissa, exponent, otherMantissa, otherExponent } = tile;
  const factor = factorOf(f64[row + Column.reference], mantissa, exponent, arithmetic);
  const otherFactor = factorOf(f64[otherRow + Column.reference], otherMantissa, otherExponent, arithmetic);
  const tops = [topOf(f64, row), topOf(f64, otherRow)] as const;
  totals.fill(0);
  for (let from = 0; from < tile.count; from += BLOCK) {
    addBlock(values, tile, from, factor, otherFactor, tops, arithmetic);
    for (let i = 0; i < 16; i++) totals[i] = arithmetic.round(totals[i] + sums[i]);
  }
  const sum = addLanes(totals, 0), terms = addLanes(totals, 8);
  f64[row + Column.first] = sum;
  f64[row + Column.second] = terms;
  f64[row + Column.apart] = 0;
  return Math.abs(sum + terms) < Infinity;
}

/** By what a tile's weights are multiplied to be shares of the sum. */
function factorOf(reference: number, mantissa: number, exponent: number, { round }: Arithmetic): number {
  return round(powerOfTwo(Math.trunc(Math.min(Math.max(reference - exponent, -1022), 1023))) / mantissa);
}

function addBlock(
  values: Float32Array | Float64Array,
  { logits, weights, other, otherWeights, count, gap, kind, share }: OverlapTile,
  from: number,
  factor: number,
  otherFactor: number,
  [m, otherM]: readonly [number, number],
  arithmetic: Arithmetic,
): void {
  const { round, most } = arithmetic;
  const roughGap = round(gap - (m - otherM));
  const shares = [round(share), round(1 - share)] as const;
  sums.fill(0);
  for (let i = from; i < Math.min(from + BLOCK, count); i++) {
    const at = i & 7;
    const p = round(values[weights + i] * factor), q = round(values[otherWeights + i] * otherFactor);
    sums[at] = round(sums[at] + (q < p ? q : p));
    if (kind === 0) continue;
    const x = values[logits + i], t = values[other + i];
    const far = kind === 1
      ? round(round(round(x - round(m)) - round(t - round(otherM))) - roughGap)
      : round((x - t) - gap);
    // What is no number, because both are masked, is held at the least one.
    const d = -most < far ? (far < most ? far : most) : -most;
    const term = kind === 2
      ? relativeTerm(p, q, d, arithmetic)
      : share === 0.5
      ? evenTerm(p, q, d, arithmetic)
      : mixtureTerm(p, q, d, shares, arithmetic);
    sums[at + 8] = round(sums[at + 8] - term);
  }
}

/**
 * A term of kind 1, negated: with hi the greater share, A its weight in the mixture, r the other's part of it and B the other's weight,
 * `hi (u ln u + B r |d|)`, `u = A + B r`.
 */
function mixtureTerm(
  p: number,
  q: number,
  d: number,
  [share, rest]: readonly [number, number],
  { round, least, logarithm }: Arithmetic,
): number {
  const [hi, lo] = p < q ? [q, p] : [p, q < p ? q : p];
  // Of two that weigh nothing the ratio is 0.
  const r = round(lo / (hi < least ? least : hi));
  const part = round((p >= q ? rest : share) * r);
  const u = round((p >= q ? share : rest) + part);
  return round(hi * round(round(u * logarithm(u)) + round(part * Math.abs(d))));
}

/** The same for a mixture of equal parts: `m ln(m / hi) + lo |d| / 2`, with m the mixture. */
function evenTerm(p: number, q: number, d: number, { round, logRatio }: Arithmetic): number {
  const [hi, lo] = p < q ? [q, p] : [p, q < p ? q : p];
  const m = round(round(p + q) * 0.5);
  return round(round(m * logRatio(m, hi)) + round(round(lo * 0.5) * Math.abs(d)));
}

/** A term of kind 2, negated: near 0 `p (e^-d - 1 + d)` by its series. */
function relativeTerm(p: number, q: number, d: number, { round, near, relative }: Arithmetic): number {
  if (Math.abs(d) <= near) return -round(p * relative(d));
  return -round(round(q - p) + round(p * d));
}
