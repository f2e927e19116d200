/** What two softmaxes have in common, and how far apart they are: sums of terms that are at least 0, from stored weights. */
import {
  addLanes,
  BLOCK,
  blockEnd,
  highPair,
  joinPairs,
  LANES,
  paddedTo,
  SCRATCH,
  TILE,
  TILE_BYTES,
  TURN,
} from "../../asm/lanes.ts";
import { APART, FIRST, MAXIMUM, powerOfTwo, REFERENCE, ROW, SECOND } from "../../asm/row.ts";

/** Bytes of a block. */
const ROOM: usize = <usize> BLOCK << 2;
/** How far the series of the third kind reaches. */
const NEAR: f32 = 0.5;

/** In order: 1, ln 2, then 1/3, 1/5, 1/7, 1/9; then 1/2!, -1/3! and so on to 1/8!; then the greatest number, its opposite, the least normal one, and 1/11. */
const CONSTANTS: usize = memory.data<f32>([
  1.0,
  0.6931471805599453,
  0.3333333333333333,
  0.2,
  0.14285714285714285,
  0.1111111111111111,
  0.5,
  -0.16666666666666666,
  0.041666666666666664,
  -0.008333333333333333,
  0.001388888888888889,
  -0.0001984126984126984,
  0.0000248015873015873,
  3.4028234663852886e38,
  -3.4028234663852886e38,
  1.1754943508222875e-38,
  0.09090909090909091,
], 16);

function constant(i: usize): v128 {
  return v128.load_splat<f32>(CONSTANTS + (i << 2));
}

/** `a b + c`, rounded twice on every build. */
function step(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(f32x4.mul(a, b), c);
}

/** The bits of the square root of 1/2: mantissas are taken from there up to twice as much. */
const ROOT_HALF: i32 = 0x3f3504f3;

/** `ln u` of four positive numbers: with m its mantissa and `s = (m - 1) / (m + 1)`, `2 (s + s^3 / 3 + ... + s^9 / 9)`. */
function logarithm(u: v128): v128 {
  const one = constant(0);
  const k = i32x4.shr_s(i32x4.sub(u, i32x4.splat(ROOT_HALF)), 23);
  const m = i32x4.sub(u, i32x4.shl(k, 23));
  const s = f32x4.div(f32x4.sub(m, one), f32x4.add(m, one));
  const z = f32x4.mul(s, s);
  const p = step(step(step(step(constant(5), z, constant(4)), z, constant(3)), z, constant(2)), z, one);
  return f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(k), constant(1)), f32x4.mul(f32x4.add(s, s), p));
}

/** `((x - m) - (t - m')) - gap`, m and m' the largest logits; what is not a number, because both are masked, and what is infinite is held in range. */
function roughDistance(x: v128, t: v128, top: v128, otherTop: v128, gap: v128): v128 {
  const d = f32x4.sub(f32x4.sub(f32x4.sub(x, top), f32x4.sub(t, otherTop)), gap);
  return f32x4.pmin(constant(13), f32x4.pmax(constant(14), d));
}

/** `(x - t) - gap` in float64, rounded once; what is not a number, because both are masked, and what is infinite is held in range. */
function distanceOf(x: v128, t: v128, gap: v128): v128 {
  const low = f64x2.sub(f64x2.sub(f64x2.promote_low_f32x4(x), f64x2.promote_low_f32x4(t)), gap);
  const high = f64x2.sub(
    f64x2.sub(f64x2.promote_low_f32x4(highPair(x)), f64x2.promote_low_f32x4(highPair(t))),
    gap,
  );
  const d = joinPairs(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high));
  return f32x4.pmin(constant(13), f32x4.pmax(constant(14), d));
}

/**
 * The terms of the second kind, negated: with hi the greater share, A its weight in the mixture, r the other's part of it and B the
 * other's weight, `hi (u ln u + B r |d|)`, `u = A + B r`.
 */
function mixtureTerm(p: v128, q: v128, d: v128, share: v128, rest: v128): v128 {
  const hi = f32x4.pmax(p, q);
  const first = f32x4.ge(p, q);
  // Of two that weigh nothing the ratio is 0.
  const r = f32x4.div(f32x4.pmin(p, q), f32x4.pmax(hi, constant(15)));
  const part = f32x4.mul(v128.bitselect(rest, share, first), r);
  const u = f32x4.add(v128.bitselect(share, rest, first), part);
  return f32x4.mul(hi, f32x4.add(f32x4.mul(u, logarithm(u)), f32x4.mul(part, f32x4.abs(d))));
}

/**
 * The same for a mixture of equal parts, in one division: `m ln(m / hi) + lo |d| / 2`, with m the mixture. It is at least half of hi, so that with
 * `s = (m - hi) / (m + hi)`, at most a third, `ln(m / hi)` is `2 (s + s^3 / 3 + ... + s^11 / 11)`.
 */
function evenTerm(p: v128, q: v128, d: v128, half: v128): v128 {
  const hi = f32x4.pmax(p, q);
  const m = f32x4.mul(f32x4.add(p, q), half);
  const s = f32x4.div(f32x4.sub(m, hi), f32x4.pmax(f32x4.add(m, hi), constant(15)));
  const z = f32x4.mul(s, s);
  const a = step(step(step(constant(16), z, constant(5)), z, constant(4)), z, constant(3));
  const b = step(step(a, z, constant(2)), z, constant(0));
  const ln = f32x4.mul(f32x4.add(s, s), b);
  return f32x4.add(f32x4.mul(m, ln), f32x4.mul(f32x4.mul(f32x4.pmin(p, q), half), f32x4.abs(d)));
}

/** The terms of the third kind, negated: near 0 `p (e^-d - 1 + d)` by its series. */
function relativeTerm(p: v128, q: v128, d: v128, near: v128): v128 {
  const a = step(step(step(constant(12), d, constant(11)), d, constant(10)), d, constant(9));
  const b = step(step(step(a, d, constant(8)), d, constant(7)), d, constant(6));
  const close = f32x4.mul(p, f32x4.mul(f32x4.mul(d, d), b));
  const far = f32x4.add(f32x4.sub(q, p), f32x4.mul(p, d));
  return f32x4.neg(v128.bitselect(close, far, f32x4.le(f32x4.abs(d), near)));
}

/** The second sum of the last tile. */
let termSum: f64 = 0;

/** `sum min(p, q)` of one tile, and the terms of a kind in `termSum`. */
function overlapOf(
  logits: usize,
  weights: usize,
  other: usize,
  otherWeights: usize,
  count: i32,
  factor: f32,
  otherFactor: f32,
  m: f64,
  otherM: f64,
  gap: f64,
  kind: i32,
  share: f64,
): f64 {
  const f = f32x4.splat(factor);
  const f2 = f32x4.splat(otherFactor);
  const gaps = f64x2.splat(gap);
  const top = f32x4.splat(<f32> m);
  const otherTop = f32x4.splat(<f32> otherM);
  const roughGap = f32x4.splat(<f32> (gap - (m - otherM)));
  const shares = f32x4.splat(<f32> share);
  const rest = f32x4.splat(<f32> (1.0 - share));
  const near = f32x4.splat(NEAR);
  let tile: f64 = 0;
  termSum = 0;
  for (let lanes: usize = 0; lanes < TURN; lanes += 16) {
    let total = f32x4.splat(0);
    let totalTerm = total;
    let at: usize = 0;
    for (let left = count; left > 0; left -= BLOCK, at += ROOM) {
      let x = logits + at;
      let w = weights + at;
      let t = other + at;
      let v = otherWeights + at;
      if (left < BLOCK && (left & (LANES - 1)) != 0) {
        x = paddedTo(SCRATCH, -Infinity, x, left);
        w = paddedTo(SCRATCH + ROOM, 0, w, left);
        t = paddedTo(SCRATCH + 2 * ROOM, -Infinity, t, left);
        v = paddedTo(SCRATCH + 3 * ROOM, 0, v, left);
      }
      const end = blockEnd(0, left);
      let sum = f32x4.splat(0);
      let term = sum;
      for (let i = lanes; i < end; i += TURN) {
        const p = f32x4.mul(v128.load(w + i), f);
        const q = f32x4.mul(v128.load(v + i), f2);
        sum = f32x4.add(sum, f32x4.pmin(p, q));
        if (kind == 0) continue;
        const a = v128.load(x + i);
        const b = v128.load(t + i);
        let one: v128;
        if (kind == 1) {
          const d = roughDistance(a, b, top, otherTop, roughGap);
          one = share == 0.5 ? evenTerm(p, q, d, shares) : mixtureTerm(p, q, d, shares, rest);
        } else one = relativeTerm(p, q, distanceOf(a, b, gaps), near);
        term = f32x4.sub(term, one);
      }
      total = f32x4.add(total, sum);
      totalTerm = f32x4.add(totalTerm, term);
    }
    tile += addLanes(total);
    termSum += addLanes(totalTerm);
  }
  return tile;
}

/** By what a tile's weights are multiplied to be shares of the sum. */
function factorOf(reference: f64, mantissa: f64, exponent: f64): f32 {
  return <f32> (powerOfTwo(<i32> min<f64>(max<f64>(reference - exponent, -1022), 1023)) / mantissa);
}

/** The largest logit of a tile, 0 where all are masked. */
function topOf(table: usize): f64 {
  const maximum = f64.load(table, MAXIMUM);
  return maximum > -Infinity ? maximum : 0;
}

/** Writes the columns of each tile; gives how many are marked, because their weights are not there or a sum is not finite. */
export function overlap(
  logits: usize,
  weights: usize,
  other: usize,
  otherWeights: usize,
  count: i32,
  table: usize,
  otherTable: usize,
  mantissa: f64,
  exponent: f64,
  otherMantissa: f64,
  otherExponent: f64,
  gap: f64,
  kind: i32,
  share: f64,
): i32 {
  let marked = 0;
  for (; count > 0; count -= TILE, table += ROW, otherTable += ROW) {
    const reference = f64.load(table, REFERENCE);
    const otherReference = f64.load(otherTable, REFERENCE);
    const f = factorOf(reference, mantissa, exponent);
    const f2 = factorOf(otherReference, otherMantissa, otherExponent);
    const m = topOf(table);
    const m2 = topOf(otherTable);
    const tile = min<i32>(count, TILE);
    const sum = overlapOf(logits, weights, other, otherWeights, tile, f, f2, m, m2, gap, kind, share);
    const isDone = reference == reference && otherReference == otherReference && abs(sum + termSum) < Infinity;
    f64.store(table, isDone ? sum : 0, FIRST);
    f64.store(table, isDone ? termSum : 0, SECOND);
    f64.store(table, isDone ? 0 : -1, APART);
    if (!isDone) marked++;
    logits += TILE_BYTES;
    weights += TILE_BYTES;
    other += TILE_BYTES;
    otherWeights += TILE_BYTES;
  }
  return marked;
}
