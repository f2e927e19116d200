/** Masked sums: of a row whose weights are stored, what the logits of a range add up to. */
import { LOG2_E } from "../asm/constants.ts";
import { leastFloat } from "../asm/least_float.ts";
import {
  addCounts,
  addLanes,
  BLOCK,
  blockAt,
  blockEnd,
  countMask,
  SCRATCH,
  TILE,
  TILE_BYTES,
  TURN,
} from "../asm/lanes.ts";
import {
  COUNT,
  exponentOf,
  markRow,
  MAXIMUM,
  MOMENT,
  powerOfTwo,
  REFERENCE,
  ROW,
  writeMaximum,
  writeSum,
} from "../asm/row.ts";

/** What is added up: weights, weights with their moment, or squares of weights. */
const MOMENTS: i32 = 1;
const SQUARES: i32 = 2;

/** In which unit a logit is an exponent: log2(e), as this build's weights have it. */
const BASE: f64 = ASC_FEATURE_RELAXED_SIMD ? <f64> LOG2_E : 1.4426950408889634;

/** What the last tile gave beside its sum. */
let counted: i32 = 0;
let firstMoment: f64 = 0;

/** The weights of a block, beside its logits where those were padded: what lies behind them counts for nothing. */
function weightsAt(weights: usize, isPadded: bool, count: i32): usize {
  if (!isPadded) return weights;
  const copy = SCRATCH + (BLOCK << 2);
  memory.copy(copy, weights, <usize> count << 2);
  return copy;
}

/** The weights of `low <= x < high`, in the lanes of the sweep: with all logits in the range its sum, to the bits. */
function tileSum(logits: usize, weights: usize, count: i32, low: v128, high: v128): f64 {
  let counts = i32x4.splat(0);
  let first = f32x4.splat(0);
  let second = f32x4.splat(0);
  for (; count > 0; count -= BLOCK, logits += BLOCK << 2, weights += BLOCK << 2) {
    const block = blockAt(logits, count);
    const end = blockEnd(block, count);
    let w = weightsAt(weights, block != logits, count);
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    for (let at = block; at < end; at += TURN, w += TURN) {
      const x = v128.load(at);
      const y = v128.load(at, 16);
      const inX = v128.and(f32x4.ge(x, low), f32x4.lt(x, high));
      const inY = v128.and(f32x4.ge(y, low), f32x4.lt(y, high));
      a = f32x4.add(a, v128.and(inX, v128.load(w)));
      b = f32x4.add(b, v128.and(inY, v128.load(w, 16)));
      counts = countMask(countMask(counts, inX), inY);
    }
    first = f32x4.add(first, a);
    second = f32x4.add(second, b);
  }
  counted = addCounts(counts);
  return addLanes(first) + addLanes(second);
}

/** The same with `sum w (x - centre)`, or with squares in the place of weights. */
function tileSums(logits: usize, weights: usize, count: i32, low: v128, high: v128, centre: v128, squared: bool): f64 {
  let counts = i32x4.splat(0);
  let first = f32x4.splat(0);
  let second = f32x4.splat(0);
  let moments = f32x4.splat(0);
  for (; count > 0; count -= BLOCK, logits += BLOCK << 2, weights += BLOCK << 2) {
    const block = blockAt(logits, count);
    const end = blockEnd(block, count);
    let w = weightsAt(weights, block != logits, count);
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let m = f32x4.splat(0);
    for (let at = block; at < end; at += TURN, w += TURN) {
      const x = v128.load(at);
      const y = v128.load(at, 16);
      const inX = v128.and(f32x4.ge(x, low), f32x4.lt(x, high));
      const inY = v128.and(f32x4.ge(y, low), f32x4.lt(y, high));
      let p = v128.load(w);
      let q = v128.load(w, 16);
      if (squared) {
        p = f32x4.mul(p, p);
        q = f32x4.mul(q, q);
      }
      a = f32x4.add(a, v128.and(inX, p));
      b = f32x4.add(b, v128.and(inY, q));
      m = f32x4.add(m, v128.and(inX, f32x4.mul(p, f32x4.sub(x, centre))));
      m = f32x4.add(m, v128.and(inY, f32x4.mul(q, f32x4.sub(y, centre))));
      counts = countMask(countMask(counts, inX), inY);
    }
    first = f32x4.add(first, a);
    second = f32x4.add(second, b);
    moments = f32x4.add(moments, m);
  }
  counted = addCounts(counts);
  firstMoment = addLanes(moments);
  return addLanes(first) + addLanes(second);
}

/** Writes a moment about the sum's own exponent, from one about a logit `centre`, both relative to `2^reference`. */
function writeMomentAbout(row: usize, sum: f64, moment: f64, centre: f64, reference: f64): void {
  const e = exponentOf(sum);
  const distance = centre * BASE - reference - <f64> e;
  f64.store(row, sum > 0 ? powerOfTwo(-e) * (BASE * moment + distance * sum) : 0, MOMENT);
}

/**
 * Writes a row a tile: what the logits of `low <= x < high` weigh, as a sweep writes what all weigh, and how many they are; gives how many
 * they are in all tiles. A tile whose maximum lies below is not looked at; of one without weights the row is marked.
 * Cost: 0.1 ns a logit, next to nothing in tiles that lie below.
 */
export function sumBetween(
  measure: i32,
  logits: usize,
  weights: usize,
  count: i32,
  table: usize,
  low: f64,
  high: f64,
  rows: usize,
): i32 {
  const least = max<f32>(leastFloat(low, true), -f32.MAX_VALUE);
  const end = leastFloat(high, true);
  const lows = f32x4.splat(least);
  const highs = f32x4.splat(end);
  let all = 0;
  for (; count > 0; count -= TILE, logits += TILE_BYTES, weights += TILE_BYTES, table += ROW, rows += ROW) {
    const maximum = <f32> f64.load(table, MAXIMUM);
    const reference = f64.load(table, REFERENCE);
    writeMaximum(rows, -Infinity);
    if (!(maximum >= least)) {
      writeSum(rows, 0, 0);
      if (measure == MOMENTS) f64.store(rows, 0, MOMENT);
      f64.store(rows, 0, COUNT);
      continue;
    }
    if (reference != reference) {
      markRow(rows);
      continue;
    }
    const size = min<i32>(count, TILE);
    let sum: f64 = 0;
    if (measure != 0) sum = tileSums(logits, weights, size, lows, highs, f32x4.splat(maximum), measure == SQUARES);
    else sum = tileSum(logits, weights, size, lows, highs);
    all += counted;
    writeSum(rows, sum, <f32> (measure == SQUARES ? 2.0 * reference : reference));
    if (measure == MOMENTS) writeMomentAbout(rows, sum, firstMoment, <f64> maximum, reference);
    f64.store(rows, <f64> counted, COUNT);
  }
  return all;
}
