import { LOG2_E, ONE, P1, P2, P3, P4, P5, RANGE, SCALE, TABLE } from "./constants.ts";
import { evenExponent, leastLogit, magicOf, multiplyAdd, polynomial, remainder } from "./exp.ts";
import { addLanes, BLOCK, blockAt, blockEnd, largestLane, TOTALS, TURN } from "./lanes.ts";
import { maximumOf } from "./maximum.ts";
import { markRow, ROW, writeMaximum, writeSum } from "./row.ts";

/** How far a tile's maximum may lie above the reference before float32 sums could overflow. */
const HEADROOM: f32 = 60.0;
/** The maximum that the last tile sum saw. */
let seen: f32 = 0;

/**
 * `sum 2^(y - N)` of one tile in float64, and its maximum in `seen`: one read.
 *
 * With `t = y + magic` rounded to an integer, `n = t - magic`, `f = y - n`, a logit weighs `p(f) * 2^(n - N)`, the power made by
 * shifting t's low bits into the exponent field. Eight lanes by position, flushed every 32 logits of a lane into totals that lie in
 * memory: with the constants they would want more registers than there are.
 */
function sumAgainst(logits: usize, count: i32, reference: f32): f64 {
  const scale = v128.load(TABLE, SCALE);
  const p0 = v128.load(TABLE, ONE);
  const p1 = v128.load(TABLE, P1);
  const p2 = v128.load(TABLE, P2);
  const p3 = v128.load(TABLE, P3);
  const p4 = v128.load(TABLE, P4);
  const p5 = v128.load(TABLE, P5);
  const magic = f32x4.splat(magicOf(reference));
  const least = f32x4.splat(leastLogit(reference));
  let maxima = f32x4.splat(-Infinity);
  v128.store(TOTALS, f32x4.splat(0));
  v128.store(TOTALS, f32x4.splat(0), 16);
  for (; count > 0; count -= BLOCK, logits += BLOCK << 2) {
    let at = blockAt(logits, count);
    const end = blockEnd(at, count);
    let low = f32x4.splat(0);
    let high = f32x4.splat(0);
    for (; at < end; at += TURN) {
      let x = v128.load(at);
      maxima = f32x4.pmax(maxima, x);
      x = f32x4.pmax(x, least);
      let t = multiplyAdd(x, scale, magic);
      let p = polynomial(remainder(x, t, scale, magic), p0, p1, p2, p3, p4, p5);
      low = multiplyAdd(p, i32x4.shl(t, 23), low);
      x = v128.load(at, 16);
      maxima = f32x4.pmax(maxima, x);
      x = f32x4.pmax(x, least);
      t = multiplyAdd(x, scale, magic);
      p = polynomial(remainder(x, t, scale, magic), p0, p1, p2, p3, p4, p5);
      high = multiplyAdd(p, i32x4.shl(t, 23), high);
    }
    v128.store(TOTALS, f32x4.add(v128.load(TOTALS), low));
    v128.store(TOTALS, f32x4.add(v128.load(TOTALS, 16), high), 16);
  }
  const tile = addLanes(v128.load(TOTALS)) + addLanes(v128.load(TOTALS, 16));
  seen = largestLane(maxima);
  return tile;
}

/** The reference of one tile: from its first vector where that serves, else from its maximum; 0 when all are masked. */
function firstReference(logits: usize, count: i32): f32 {
  const first = maximumOf(logits, min<i32>(count, 4));
  if (abs(first) <= RANGE) return evenExponent(first);
  const maximum = maximumOf(logits, count);
  return abs(maximum) <= RANGE ? evenExponent(maximum) : 0;
}

/** One tile: writes its row, or marks it and gives 1 when it holds NaN, +Infinity or has its maximum out of range. */
function sumTile(logits: usize, count: i32, row: usize): i32 {
  let reference = firstReference(logits, count);
  let sum = sumAgainst(logits, count, reference);
  if (seen * LOG2_E > reference + HEADROOM && seen <= RANGE) {
    reference = evenExponent(seen);
    sum = sumAgainst(logits, count, reference);
  }
  if (sum != sum || seen > RANGE || (seen < -RANGE && seen != -Infinity)) return markRow(row);
  writeMaximum(row, seen);
  writeSum(row, sum, reference);
  return 0;
}

/**
 * Sums of weights, a row a tile; gives how many tiles are marked.
 * Cost: one read, 13 instructions for four logits in the fused build.
 */
export function sweepSums(logits: usize, count: i32, table: usize): i32 {
  let marked = 0;
  for (; count > 0; count -= 1024, logits += 4096, table += ROW) {
    marked += sumTile(logits, min<i32>(count, 1024), table);
  }
  return marked;
}
