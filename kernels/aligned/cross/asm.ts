/** What the softmax of one stream makes of another, from stored weights. */
import { addLanes, BLOCK, blockEnd, LANES, paddedTo, SCRATCH, TILE, TILE_BYTES, TURN } from "../../asm/lanes.ts";
import {
  APART,
  EXPONENT,
  FIRST,
  MANTISSA,
  MAXIMUM,
  NAN_COUNT,
  POS_INF,
  REFERENCE,
  ROW,
  SECOND,
} from "../../asm/row.ts";
import { powerOfTwo } from "../../asm/row.ts";

/** What the last tile gave beside its first sum. */
let squareSum: f64 = 0;
/** Whether an id of it is allowed in p and masked in q. */
let isApart: bool = false;

/** Bytes of a block. */
const ROOM: usize = <usize> BLOCK << 2;

/** The least number, and minus infinity. */
const CONSTANTS: usize = memory.data<f32>([-3.4028234663852886e38, -Infinity], 16);

/** All ones where an id is allowed in p and masked in q. */
function apartIn(x: v128, t: v128, masked: v128): v128 {
  return v128.and(f32x4.eq(t, masked), f32x4.ne(x, masked));
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
 * `sum w g` of one tile, and `sum w g^2` in `squareSum` if it is wanted. With `held` what is masked is held at the least number: it weighs 0, and
 * 0 times that is 0. Without, the sum of a tile with masks is no number; of one without it has the same bits.
 */
function crossAgainst(
  logits: usize,
  weights: usize,
  other: usize,
  count: i32,
  m: f32,
  c: f32,
  own: v128,
  squares: bool,
  held: bool,
): f64 {
  const top = f32x4.splat(m);
  const centre = f32x4.splat(c);
  const least = v128.load_splat<f32>(CONSTANTS);
  const masked = v128.load_splat<f32>(CONSTANTS, 4);
  let apart = f32x4.splat(0);
  let low = apart;
  let high = apart;
  let lowSquare = apart;
  let highSquare = apart;
  for (; count > 0; count -= BLOCK, logits += ROOM, weights += ROOM, other += ROOM) {
    let x = logits;
    let w = weights;
    let t = other;
    if (count < BLOCK && (count & (LANES - 1)) != 0) {
      x = paddedTo(SCRATCH, 0, x, count);
      w = paddedTo(SCRATCH + ROOM, 0, w, count);
      t = paddedTo(SCRATCH + 2 * ROOM, 0, t, count);
    }
    const end = blockEnd(0, count);
    let a = f32x4.splat(0);
    let b = a;
    let aSquare = a;
    let bSquare = a;
    for (let i: usize = 0; i < end; i += TURN) {
      const x0 = v128.load(x + i);
      const x1 = v128.load(x + i, 16);
      const t0 = v128.load(t + i);
      const t1 = v128.load(t + i, 16);
      if (held) apart = v128.or(apart, v128.or(apartIn(x0, t0, masked), apartIn(x1, t1, masked)));
      const g0 = gapOf(x0, t0, top, centre, least, own, held);
      const g1 = gapOf(x1, t1, top, centre, least, own, held);
      const p0 = f32x4.mul(v128.load(w + i), g0);
      const p1 = f32x4.mul(v128.load(w + i, 16), g1);
      a = f32x4.add(a, p0);
      b = f32x4.add(b, p1);
      if (squares) {
        aSquare = f32x4.add(aSquare, f32x4.mul(p0, g0));
        bSquare = f32x4.add(bSquare, f32x4.mul(p1, g1));
      }
    }
    low = f32x4.add(low, a);
    high = f32x4.add(high, b);
    lowSquare = f32x4.add(lowSquare, aSquare);
    highSquare = f32x4.add(highSquare, bSquare);
  }
  isApart = v128.any_true(apart);
  squareSum = addLanes(lowSquare) + addLanes(highSquare);
  return addLanes(low) + addLanes(high);
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
  let sum: f64 = 0;
  let total: f64 = 0;
  for (let i: usize = 0; i < <usize> min<i32>(count, FEW); i++) {
    const w = <f64> f32.load(weights + (i << 2));
    const d = gap ? <f64> f32.load(logits + (i << 2)) - m : 0;
    const g = d - (<f64> f32.load(other + (i << 2)) - m2);
    if (!(w > 0 && abs(g) < FAR)) continue;
    sum += w * g;
    total += w;
  }
  return <f32> (total > 0 ? m2 - sum / total : m2);
}

/** One tile: writes its columns; or marks it and gives 1 where ids are apart, weights are not there, or a sum is not finite. */
function crossTile(
  logits: usize,
  weights: usize,
  other: usize,
  count: i32,
  table: usize,
  otherTable: usize,
  gap: bool,
  squares: bool,
): i32 {
  const mantissa = f64.load(table, MANTISSA);
  if (!(mantissa > 0) || isInvalid(table) || isInvalid(otherTable)) {
    writePair(table, 0, 0, 0);
    return 0;
  }
  const m = topOf(table);
  const centre = centreOf(logits, weights, other, count, m, topOf(otherTable), gap);
  const binades = f64.load(table, REFERENCE) - f64.load(table, EXPONENT);
  const own = i32x4.splat(gap ? -1 : 0);
  let sum = crossAgainst(logits, weights, other, count, <f32> m, centre, own, squares, false);
  // Masks, or nearly: once more, with care.
  if (!(abs(sum) < Infinity)) sum = crossAgainst(logits, weights, other, count, <f32> m, centre, own, squares, true);
  if (isApart || binades != binades || !(abs(sum) < Infinity && squareSum < Infinity)) {
    writePair(table, 0, 0, -1);
    return 1;
  }
  const scale = powerOfTwo(<i32> min<f64>(max<f64>(binades, -1022), 1023));
  const mean = (gap ? sum : -sum) * scale;
  const offset = gap ? m - <f64> centre : <f64> centre;
  const square = squares ? squareSum * scale + 2.0 * offset * mean + offset * offset * mantissa : 0;
  writePair(table, mean + offset * mantissa, square, 0);
  return 0;
}

/** Writes the columns of each tile; gives how many tiles are marked. */
export function cross(
  logits: usize,
  weights: usize,
  other: usize,
  count: i32,
  table: usize,
  otherTable: usize,
  gap: bool,
  squares: bool,
): i32 {
  let marked = 0;
  for (; count > 0; count -= TILE, table += ROW, otherTable += ROW) {
    marked += crossTile(logits, weights, other, min<i32>(count, TILE), table, otherTable, gap, squares);
    logits += TILE_BYTES;
    weights += TILE_BYTES;
    other += TILE_BYTES;
  }
  return marked;
}
