/** What the softmax of each of two streams makes of the difference of their logits, from stored weights. */
import { addLanes, BLOCK, blockEnd, LANES, paddedTo, SCRATCH, TILE, TILE_BYTES, TURN } from "../../asm/lanes.ts";
import {
  APART,
  EXPONENT,
  FIRST,
  MANTISSA,
  MAXIMUM,
  NAN_COUNT,
  POS_INF,
  powerOfTwo,
  REFERENCE,
  ROW,
  SECOND,
} from "../../asm/row.ts";

/** What the last tile gave: `sum w g` and `sum w g^2` by the weights of each stream. */
let sum: f64 = 0;
let square: f64 = 0;
let otherSum: f64 = 0;
let otherSquare: f64 = 0;
/** Whether an id of it is masked in one stream alone. */
let isApart: bool = false;

/** Bytes of a block. */
const ROOM: usize = <usize> BLOCK << 2;

/** The least number, and minus infinity. */
const CONSTANTS: usize = memory.data<f32>([-3.4028234663852886e38, -Infinity], 16);

/** All ones where an id is masked in one stream alone. */
function apartIn(x: v128, t: v128, masked: v128): v128 {
  return v128.xor(f32x4.eq(t, masked), f32x4.eq(x, masked));
}

/** `(x - m) - (t - c)`, or `-(t - c)` where `own` has no bits; with `held` each of the two is at least the least number, so that it is one. */
function gapOf(x: v128, t: v128, top: v128, centre: v128, least: v128, own: v128, held: bool): v128 {
  let d = f32x4.sub(x, top);
  let e = f32x4.sub(t, centre);
  if (held) {
    d = f32x4.pmax(d, least);
    e = f32x4.pmax(e, least);
  }
  return f32x4.sub(v128.and(d, own), e);
}

/**
 * The sums of one tile; squares only if they are wanted. With `held` what is masked is held at the least number: it weighs 0, and 0 times that is
 * 0. Without, the sums of a tile with masks are no numbers; of one without they have the same bits.
 */
function crossAgainst(
  logits: usize,
  weights: usize,
  other: usize,
  otherWeights: usize,
  count: i32,
  m: f32,
  c: f32,
  own: v128,
  squares: bool,
  held: bool,
): void {
  const zero = f32x4.splat(0);
  const top = f32x4.splat(m);
  const centre = f32x4.splat(c);
  const least = v128.load_splat<f32>(CONSTANTS);
  const masked = v128.load_splat<f32>(CONSTANTS, 4);
  let apart = zero;
  sum = 0;
  square = 0;
  otherSum = 0;
  otherSquare = 0;
  for (let lanes: usize = 0; lanes < TURN; lanes += 16) {
    let total = zero;
    let totalSquare = zero;
    let otherTotal = zero;
    let otherTotalSquare = zero;
    let at: usize = 0;
    for (let left = count; left > 0; left -= BLOCK, at += ROOM) {
      let x = logits + at;
      let w = weights + at;
      let t = other + at;
      let v = otherWeights + at;
      if (left < BLOCK && (left & (LANES - 1)) != 0) {
        x = paddedTo(SCRATCH, 0, x, left);
        w = paddedTo(SCRATCH + ROOM, 0, w, left);
        t = paddedTo(SCRATCH + 2 * ROOM, 0, t, left);
        v = paddedTo(SCRATCH + 3 * ROOM, 0, v, left);
      }
      const end = blockEnd(0, left);
      let a = zero;
      let b = zero;
      let aSquare = zero;
      let bSquare = zero;
      for (let i = lanes; i < end; i += TURN) {
        const x0 = v128.load(x + i);
        const t0 = v128.load(t + i);
        if (held) apart = v128.or(apart, apartIn(x0, t0, masked));
        const g = gapOf(x0, t0, top, centre, least, own, held);
        const p = f32x4.mul(v128.load(w + i), g);
        const q = f32x4.mul(v128.load(v + i), g);
        a = f32x4.add(a, p);
        b = f32x4.add(b, q);
        if (squares) {
          aSquare = f32x4.add(aSquare, f32x4.mul(p, g));
          bSquare = f32x4.add(bSquare, f32x4.mul(q, g));
        }
      }
      total = f32x4.add(total, a);
      otherTotal = f32x4.add(otherTotal, b);
      totalSquare = f32x4.add(totalSquare, aSquare);
      otherTotalSquare = f32x4.add(otherTotalSquare, bSquare);
    }
    sum += addLanes(total);
    otherSum += addLanes(otherTotal);
    square += addLanes(totalSquare);
    otherSquare += addLanes(otherTotalSquare);
  }
  isApart = v128.any_true(apart);
}

/** Whether the last tile's sums are numbers. */
function areFinite(): bool {
  return abs(sum) + abs(otherSum) + square + otherSquare < Infinity;
}

function writePair(table: usize, first: f64, second: f64, apart: f64): void {
  f64.store(table, first, FIRST);
  f64.store(table, second, SECOND);
  f64.store(table, apart, APART);
}

function isInvalid(table: usize): bool {
  return f64.load(table, NAN_COUNT) > 0 || f64.load(table, POS_INF) > 0;
}

/** The largest logit of a tile, 0 where all are masked. */
function topOf(table: usize): f64 {
  const maximum = f64.load(table, MAXIMUM);
  return maximum > -Infinity ? maximum : 0;
}

/** How many logits tell about where the others are. */
const FEW: i32 = 8;
/** An estimate that is larger is none. */
const FAR: f64 = 1048576.0;

/**
 * From where the logits of q are taken: their largest, m2, less what the first few weigh g to be, about m2. So the sum of `w g` is small beside
 * that of the weights, whose own rounding then costs nothing. (Where all weigh the same, that rounding is not random.)
 */
function centreOf(logits: usize, weights: usize, other: usize, count: i32, m: f64, m2: f64, gap: bool): f32 {
  let g0: f64 = 0;
  let total: f64 = 0;
  for (let i: usize = 0; i < <usize> min<i32>(count, FEW); i++) {
    const w = <f64> f32.load(weights + (i << 2));
    const d = gap ? <f64> f32.load(logits + (i << 2)) - m : 0;
    const g = d - (<f64> f32.load(other + (i << 2)) - m2);
    if (!(w > 0 && abs(g) < FAR)) continue;
    g0 += w * g;
    total += w;
  }
  return <f32> (total > 0 ? m2 - g0 / total : m2);
}

/** How many binades a row's weights lie above its exponent; NaN where they are not there. */
function binadesOf(table: usize): f64 {
  return f64.load(table, REFERENCE) - f64.load(table, EXPONENT);
}

/** Writes the sums by one stream's weights, about the centres: with G the offset, `A + G S` and `Q + 2 G A + G^2 S`. */
function writeMoments(table: usize, first: f64, second: f64, offset: f64, squares: bool): void {
  const scale = powerOfTwo(<i32> min<f64>(max<f64>(binadesOf(table), -1022), 1023));
  const mantissa = f64.load(table, MANTISSA);
  const mean = first * scale;
  const moment = squares ? second * scale + 2.0 * offset * mean + offset * offset * mantissa : 0;
  writePair(table, mean + offset * mantissa, moment, 0);
}

/** One tile: writes its columns; or marks it and gives 1 where a stream has no weights, masks differ, or a sum is not finite. */
function crossTile(
  logits: usize,
  weights: usize,
  other: usize,
  otherWeights: usize,
  count: i32,
  table: usize,
  otherTable: usize,
  gap: bool,
  squares: bool,
): i32 {
  if (isInvalid(table) || isInvalid(otherTable)) {
    writePair(table, 0, 0, 0);
    writePair(otherTable, 0, 0, 0);
    return 0;
  }
  const m = topOf(table);
  const centre = centreOf(logits, weights, other, count, m, topOf(otherTable), gap);
  const own = i32x4.splat(gap ? -1 : 0);
  crossAgainst(logits, weights, other, otherWeights, count, <f32> m, centre, own, squares, false);
  // Masks, or nearly: once more, with care.
  if (!areFinite()) crossAgainst(logits, weights, other, otherWeights, count, <f32> m, centre, own, squares, true);
  const binades = binadesOf(table) + binadesOf(otherTable);
  const bothWeigh = f64.load(table, MANTISSA) > 0 && f64.load(otherTable, MANTISSA) > 0;
  if (isApart || binades != binades || !bothWeigh || !areFinite()) {
    f64.store(table, -1, APART);
    return 1;
  }
  const sign: f64 = gap ? 1 : -1;
  const offset = gap ? m - <f64> centre : <f64> centre;
  writeMoments(table, sign * sum, square, offset, squares);
  writeMoments(otherTable, -otherSum, otherSquare, gap ? -offset : offset, squares);
  return 0;
}

/** Writes the columns of each tile; gives how many tiles are marked. */
export function cross(
  logits: usize,
  weights: usize,
  other: usize,
  otherWeights: usize,
  count: i32,
  table: usize,
  otherTable: usize,
  gap: bool,
  squares: bool,
): i32 {
  let marked = 0;
  for (; count > 0; count -= TILE, table += ROW, otherTable += ROW) {
    const tile = min<i32>(count, TILE);
    marked += crossTile(logits, weights, other, otherWeights, tile, table, otherTable, gap, squares);
    logits += TILE_BYTES;
    weights += TILE_BYTES;
    other += TILE_BYTES;
    otherWeights += TILE_BYTES;
  }
  return marked;
}
