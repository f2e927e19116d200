import type { Level } from "../kernels.ts";
import { Column } from "../layout.ts";
import { exp2Fraction, exponentOf, powerOfTwo } from "../reference/elementary.ts";
import { type Base, type BinaryExponent, binaryExponent } from "../reference/binary_exponent.ts";

const y: BinaryExponent = { n: 0, f: 0 };
/** Eight of the sum, of its moment, of its square. */
const lanes = new Float64Array(24);
/** Weights below 2^-1000 of the largest count as nothing. */
const LEAST = -1000;
/** Stored weights from here down are 0: their shares are, and no other weight is subnormal. */
const LEAST_STORED = -1020;

/**
 * One tile in float64: `sum 2^y`, `sum 2^y (y - E)` and `sum 2^y (y - E)^2` with `y = x (hi + lo)`, written to a row
 * of the table (see `Column`; `row` is its first index).
 *
 * In: `count` logits from index `first` of `logits`, of any value. Out: the columns of `level`, `nan` and `posInf`.
 * Specials: -Infinity weighs 0; NaN and +Infinity are counted, and then mantissa, moment and square are 0.
 * Method: reference exponent N even, from the tile's maximum; eight lanes by position, `((l0+l1)+(l2+l3)) + ((l4+l5)+(l6+l7))`; all powers of two
 * are exact, so the sum has the same bits at every level. Cost: two reads, about 19 ns a logit (5 in runs of ties).
 * With `weights`, an index of `logits`, each `2^(y - N)` is written from there on, and N as the tile's reference; an invalid tile keeps
 * its logits there, and has reference NaN.
 */
export function exactTile(
  level: Level,
  logits: Float32Array | Float64Array,
  first: number,
  count: number,
  table: Float64Array,
  row: number,
  base: Base,
  weights = -1,
): boolean {
  const maximum = scan(logits, first, count, table, row);
  const invalid = table[row + Column.nan] > 0 || maximum === Infinity;
  if (level === "maximum") return invalid;
  if (weights >= 0) {
    table[row + Column.reference] = invalid ? NaN : 0;
    if (invalid) logits.copyWithin(weights, first, first + count);
    else logits.fill(0, weights, weights + count);
  }
  table[row + Column.mantissa] = 0;
  table[row + Column.exponent] = 0;
  if (level !== "sum") table[row + Column.moment] = 0;
  if (level === "squares") table[row + Column.square] = 0;
  if (invalid || maximum === -Infinity) return invalid;
  binaryExponent(maximum, base, y);
  const reference = y.n - y.n % 2;
  if (weights >= 0) table[row + Column.reference] = reference + 0;
  weigh(logits, first, count, reference, base, weights);
  writeRow(level, table, row, reference, addLanes(0), addLanes(8), addLanes(16));
  return false;
}

/**
 * Writes a sum and its moments, all relative to `2^reference`, as normalised columns: with `E` the exponent of the sum,
 * `moment = 2^(N-E) (A + (N-E) S)` and `square = 2^(N-E) (Q + 2 (N-E) A + (N-E)^2 S)`.
 */
function writeRow(
  level: Level,
  table: Float64Array,
  row: number,
  reference: number,
  sum: number,
  moment: number,
  square: number,
): void {
  const e = exponentOf(sum);
  const scale = powerOfTwo(-e);
  table[row + Column.mantissa] = sum * scale;
  table[row + Column.exponent] = reference + e;
  if (level !== "sum") table[row + Column.moment] = scale * (moment - e * sum);
  if (level === "squares") table[row + Column.square] = scale * (square - 2 * e * moment + e * e * sum);
}

/** The maximum, NaN left out; writes it (never -0, so that equal states have equal bytes) and the counts of NaN and +Infinity. */
function scan(
  logits: Float32Array | Float64Array,
  first: number,
  count: number,
  table: Float64Array,
  row: number,
): number {
  let maximum = -Infinity;
  let nan = 0;
  let posInf = 0;
  for (let i = first; i < first + count; i++) {
    const x = logits[i];
    if (x > maximum) maximum = x;
    if (x !== x) nan++;
    else if (x === Infinity) posInf++;
  }
  table[row + Column.maximum] = maximum + 0;
  table[row + Column.nan] = nan;
  table[row + Column.posInf] = posInf;
  return maximum;
}

/** Adds each weight, and its products with `d = y - N` and `d^2`, to the lane of its position; writes it, where weights are wanted. */
function weigh(
  logits: Float32Array | Float64Array,
  first: number,
  count: number,
  reference: number,
  base: Base,
  weights: number,
): void {
  lanes.fill(0);
  let last = NaN;
  let weight = 0;
  let stored = 0;
  let d = 0;
  for (let i = 0; i < count; i++) {
    const x = logits[first + i];
    if (x === -Infinity) continue;
    if (x !== last) {
      last = x;
      binaryExponent(x, base, y);
      const k = y.n - reference;
      d = k + y.f;
      stored = k < LEAST_STORED ? 0 : exp2Fraction(y.f) * powerOfTwo(k);
      weight = k < LEAST ? 0 : stored;
      if (weight === 0) d = 0;
    }
    if (weights >= 0) logits[weights + i] = stored;
    const at = i & 7;
    lanes[at] += weight;
    lanes[at + 8] += weight * d;
    lanes[at + 16] += weight * d * d;
  }
}

function addLanes(at: number): number {
  return addFour(at) + addFour(at + 4);
}

function addFour(at: number): number {
  return (lanes[at] + lanes[at + 1]) + (lanes[at + 2] + lanes[at + 3]);
}
