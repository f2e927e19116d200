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

/**
 * `sum w g` of one tile, and `sum w g^2` in `squareSum`, with `g = (x - m) - (t - c)`, or `-(t - c)` where `own` has no bits. What is
 * masked is held at the least number: it weighs 0, and 0 times that is 0. Three blocks lie in the first cache: lanes 0 to 3, then 4 to 7.
 */
function crossAgainst(logits: usize, weights: usize, other: usize, count: i32, m: f32, centre: f32, own: v128): f64 {
  const top = f32x4.splat(m);
  const otherTop = f32x4.splat(centre);
  const least = f32x4.splat(-f32.MAX_VALUE);
  const masked = f32x4.splat(-Infinity);
  let apart = f32x4.splat(0);
  let tile: f64 = 0;
  squareSum = 0;
  for (let lanes: usize = 0; lanes < TURN; lanes += 16) {
    let total = f32x4.splat(0);
    let totalSquare = total;
    let at: usize = 0;
    for (let left = count; left > 0; left -= BLOCK, at += ROOM) {
      let x = logits + at;
      let w = weights + at;
      let t = other + at;
      if (left < BLOCK && (left & (LANES - 1)) != 0) {
        x = paddedTo(SCRATCH, -Infinity, x, left);
        w = paddedTo(SCRATCH + ROOM, 0, w, left);
        t = paddedTo(SCRATCH + 2 * ROOM, -Infinity, t, left);
      }
      const end = blockEnd(0, left);
      let sum = f32x4.splat(0);
      let square = sum;
      for (let i = lanes; i < end; i += TURN) {
        const a = v128.load(x + i);
        const b = v128.load(t + i);
        apart = v128.or(apart, v128.and(f32x4.eq(b, masked), f32x4.ne(a, masked)));
        const d = v128.and(f32x4.pmax(f32x4.sub(a, top), least), own);
        const g = f32x4.sub(d, f32x4.pmax(f32x4.sub(b, otherTop), least));
        const p = f32x4.mul(v128.load(w + i), g);
        sum = f32x4.add(sum, p);
        square = f32x4.add(square, f32x4.mul(p, g));
      }
      total = f32x4.add(total, sum);
      totalSquare = f32x4.add(totalSquare, square);
    }
    tile += addLanes(total);
    squareSum += addLanes(totalSquare);
  }
  isApart = v128.any_true(apart);
  return tile;
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
  const sum = crossAgainst(logits, weights, other, count, <f32> m, centre, own);
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
