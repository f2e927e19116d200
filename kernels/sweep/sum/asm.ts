/** The sweep at level `sum`: a tile's maximum and its sum of weights, in one read. */
import { LOG2_E, ONE, P1, P2, P3, P4, P5, RANGE, SCALE, TABLE } from "../../asm/constants.ts";
import { evenExponent, leastLogit, magicOf, multiplyAdd, polynomial, remainder } from "../../asm/exp.ts";
import { addLanes, BLOCK, blockAt, blockEnd, LANES, largestLane, TURN } from "../../asm/lanes.ts";
import { maximumQuotient } from "../../asm/maximum.ts";
import { quotient } from "../../asm/quotient.ts";
import { markRow, writeMaximum, writeSum } from "../../asm/row.ts";

/** How far a tile's maximum may lie above the reference before float32 sums could overflow. */
const HEADROOM: f32 = 60.0;
/** The maximum that the last tile sum saw. */
let seen: f32 = 0;

/**
 * `sum 2^(y - N)` of one tile in float64, and its maximum in `seen`: one read.
 *
 * With `t = y + magic` rounded to an integer, `n = t - magic`, `f = y - n`, a logit weighs `p(f) * 2^(n - N)`, the power made by
 * shifting t's low bits into the exponent field. Eight lanes by position, flushed every 32 logits of a lane. A block is read for lanes 0
 * to 3, then for lanes 4 to 7: all eight at once would want more registers than there are, and the block lies in the first cache.
 * `By` is `f32` where the logits are divided by `by` as they are read, to the bits of dividing them before, and else `void`.
 */
function sumAgainst<By>(logits: usize, count: i32, reference: f32, by: f32): f64 {
  const divisor = f32x4.splat(by);
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
  let low = f32x4.splat(0);
  let high = f32x4.splat(0);
  for (; count > 0; count -= BLOCK, logits += BLOCK << 2) {
    const block = blockAt(logits, count);
    const end = blockEnd(block, count);
    for (let lanes: usize = 0; lanes < TURN; lanes += 16) {
      let sum = f32x4.splat(0);
      for (let at = block + lanes; at < end; at += TURN) {
        const logit = quotient<By>(v128.load(at), divisor);
        maxima = f32x4.pmax(maxima, logit);
        const x = f32x4.pmax(logit, least);
        const t = multiplyAdd(x, scale, magic);
        const p = polynomial(remainder(x, t, scale, magic), p0, p1, p2, p3, p4, p5);
        sum = multiplyAdd(p, i32x4.shl(t, 23), sum);
      }
      if (lanes == 0) low = f32x4.add(low, sum);
      else high = f32x4.add(high, sum);
    }
  }
  seen = largestLane(maxima);
  return addLanes(low) + addLanes(high);
}

/** The reference of one tile: from its first turn of lanes where that serves, else from its maximum; 0 when all are masked. */
export function firstReference<By>(logits: usize, count: i32, by: f32): f32 {
  const first = maximumQuotient<By>(logits, min<i32>(count, LANES), by);
  if (abs(first) <= RANGE) return evenExponent(first);
  const maximum = maximumQuotient<By>(logits, count, by);
  return abs(maximum) <= RANGE ? evenExponent(maximum) : 0;
}

/** Whether a tile must be done again, against the maximum that was seen. */
export function isFarAbove(seen: f32, reference: f32): bool {
  return seen * LOG2_E > reference + HEADROOM && seen <= RANGE;
}

/** Whether the fast path cannot do a tile: it holds NaN or +Infinity, or has its maximum out of range. */
export function isBeyond(sum: f64, seen: f32): bool {
  return sum != sum || seen > RANGE || (seen < -RANGE && seen != -Infinity);
}

/**
 * One tile: writes its row, or marks it and gives 1 when it holds NaN, +Infinity or has its maximum out of range.
 * Cost: one read, 13 instructions for four logits in the fused build.
 */
export function sumTile<By>(logits: usize, count: i32, row: usize, by: f32): i32 {
  let reference = firstReference<By>(logits, count, by);
  let sum = sumAgainst<By>(logits, count, reference, by);
  if (isFarAbove(seen, reference)) {
    reference = evenExponent(seen);
    sum = sumAgainst<By>(logits, count, reference, by);
  }
  if (isBeyond(sum, seen)) return markRow(row);
  writeMaximum(row, seen);
  writeSum(row, sum, reference);
  return 0;
}
