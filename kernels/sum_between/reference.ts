import type { Kernels, Measure } from "../kernels.ts";
import { Column, TILE } from "../layout.ts";
import { exp2Fraction, exponentOf, powerOfTwo } from "../reference/elementary.ts";
import { type BinaryExponent, binaryExponent } from "../reference/binary_exponent.ts";
import type { Views } from "../views.ts";

/** Eight of the sum, then of its moment. */
const lanes = new Float64Array(16);

/** Writes a row a tile of what the logits of a range weigh; gives how many they are. */
export function sumBetween(views: Views): Kernels["sumBetween"] {
  const { shift, f64 } = views;
  return (measure, logits, weights, count, table, low, high, rows) => {
    let all = 0;
    for (let done = 0; done < count; done += TILE) {
      const skip = done / TILE * Column.stride, from = (table >> 3) + skip, to = (rows >> 3) + skip;
      const maximum = f64[from + Column.maximum], tile = Math.min(TILE, count - done);
      writeNothing(f64, to, measure);
      if (!(maximum >= low && maximum >= -Number.MAX_VALUE)) continue;
      if (f64[from + Column.reference] !== f64[from + Column.reference]) {
        all += sumMarked(views, measure, (logits >> shift) + done, tile, low, high, to);
        continue;
      }
      const place = { logits: (logits >> shift) + done, weights: (weights >> shift) + done, count: tile };
      all += sumTile(views, measure, place, from, low, high, to);
    }
    return all;
  };
}

function writeNothing(f64: Float64Array, to: number, measure: Measure): void {
  f64[to + Column.mantissa] = 0;
  f64[to + Column.exponent] = 0;
  f64[to + Column.maximum] = -Infinity;
  if (measure === "moments") f64[to + Column.moment] = 0;
  f64[to + Column.nan] = 0;
  f64[to + Column.posInf] = 0;
  f64[to + Column.count] = 0;
}

/** One tile with its weights. */
function sumTile(
  { values, f64, base }: Views,
  measure: Measure,
  { logits, weights, count }: { readonly logits: number; readonly weights: number; readonly count: number },
  from: number,
  low: number,
  high: number,
  to: number,
): number {
  const reference = f64[from + Column.reference], centre = f64[from + Column.maximum];
  const perLogit = base.hi + base.lo;
  lanes.fill(0);
  let counted = 0;
  for (let i = 0; i < count; i++) {
    const x = values[logits + i];
    if (!(x >= low && x < high && x > -Infinity)) continue;
    const weight = values[weights + i];
    counted++;
    lanes[i & 7] += measure === "squares" ? weight * weight : weight;
    lanes[8 + (i & 7)] += weight * (x - centre);
  }
  const moment = (sum: number) => perLogit * addLanes(8) + (centre * perLogit - reference) * sum;
  writeSums(f64, to, measure, { counted, sum: addLanes(0), reference, moment });
  return counted;
}

interface Sums {
  readonly counted: number;
  readonly sum: number;
  readonly reference: number;
  /** The moment about the reference. */
  readonly moment: (sum: number) => number;
}

function writeSums(f64: Float64Array, to: number, measure: Measure, { counted, sum, reference, moment }: Sums): void {
  f64[to + Column.count] = counted;
  if (!(sum > 0)) return;
  const e = exponentOf(sum);
  f64[to + Column.mantissa] = sum * powerOfTwo(-e);
  f64[to + Column.exponent] = (measure === "squares" ? 2 * reference : reference) + e;
  if (measure === "moments") f64[to + Column.moment] = powerOfTwo(-e) * (moment(sum) - e * sum);
}

const y: BinaryExponent = { n: 0, f: 0 };
/** Weights below 2^-1000 of the largest count as nothing. */
const LEAST = -1000;

/** One tile that has its logits in the place of weights: these are evaluated, in float64. Its NaN and infinite logits are in no range. */
export function sumMarked(
  { values, f64, base }: Views,
  measure: Measure,
  logits: number,
  count: number,
  low: number,
  high: number,
  to: number,
): number {
  const isIn = (x: number) => x >= low && x < high && Math.abs(x) < Infinity;
  let largest = -Infinity, counted = 0;
  for (let i = logits; i < logits + count; i++) if (isIn(values[i]) && values[i] > largest) largest = values[i];
  writeNothing(f64, to, measure);
  if (largest === -Infinity) return 0;
  binaryExponent(largest, base, y);
  const reference = y.n - y.n % 2;
  lanes.fill(0);
  for (let i = 0; i < count; i++) {
    const x = values[logits + i];
    if (!isIn(x)) continue;
    counted++;
    binaryExponent(x, base, y);
    const k = y.n - reference;
    const weight = k < LEAST ? 0 : exp2Fraction(y.f) * powerOfTwo(k);
    lanes[i & 7] += measure === "squares" ? weight * weight : weight;
    lanes[8 + (i & 7)] += weight === 0 ? 0 : weight * (k + y.f);
  }
  writeSums(f64, to, measure, { counted, sum: addLanes(0), reference, moment: () => addLanes(8) });
  return counted;
}

function addLanes(at: number): number {
  return addFour(at) + addFour(at + 4);
}

function addFour(at: number): number {
  return (lanes[at] + lanes[at + 1]) + (lanes[at + 2] + lanes[at + 3]);
}
