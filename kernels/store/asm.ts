/** The sweep at level `sum` that keeps the weights it adds up: what a row's shares are made of, without a second exponential. */
import { ONE, P1, P2, P3, P4, P5, SCALE, TABLE } from "../asm/constants.ts";
import { evenExponent, leastLogit, magicOf, multiplyAdd, polynomial, remainder } from "../asm/exp.ts";
import { addLanes, BLOCK, blockAt, blockEnd, largestLane, SCRATCH, TILE, TILE_BYTES, TURN } from "../asm/lanes.ts";
import { quotient } from "../asm/quotient.ts";
import { markRow, REFERENCE, ROW, writeMaximum, writeSum } from "../asm/row.ts";
import { divide } from "../divide/asm.ts";
import { firstReference, isBeyond, isFarAbove } from "../sweep/sum/asm.ts";

/** The maximum that the last tile saw. */
let seen: f32 = 0;

/** As `sumAgainst`, step by step, so to the same bits; and writes each weight. */
function storeAgainst<By>(logits: usize, count: i32, reference: f32, weights: usize, by: f32): f64 {
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
  for (; count > 0; count -= BLOCK, logits += BLOCK << 2, weights += BLOCK << 2) {
    const block = blockAt(logits, count);
    const end = blockEnd(block, count);
    // Beside a padded block, as its last turn would write more than there are.
    const to = block == logits ? weights : SCRATCH + (BLOCK << 2);
    for (let lanes: usize = 0; lanes < TURN; lanes += 16) {
      let sum = f32x4.splat(0);
      let out = to + lanes;
      for (let at = block + lanes; at < end; at += TURN, out += TURN) {
        const logit = quotient<By>(v128.load(at), divisor);
        maxima = f32x4.pmax(maxima, logit);
        const x = f32x4.pmax(logit, least);
        const t = multiplyAdd(x, scale, magic);
        const p = polynomial(remainder(x, t, scale, magic), p0, p1, p2, p3, p4, p5);
        const power = i32x4.shl(t, 23);
        sum = multiplyAdd(p, power, sum);
        v128.store(out, f32x4.mul(p, power));
      }
      if (lanes == 0) low = f32x4.add(low, sum);
      else high = f32x4.add(high, sum);
    }
    if (to != weights) memory.copy(weights, to, <usize> count << 2);
  }
  seen = largestLane(maxima);
  return addLanes(low) + addLanes(high);
}

/** One tile: its row as `sumTile` writes it, and its weights; the logits themselves, or their quotients, where that marks the tile. */
export function storeTile<By>(logits: usize, count: i32, row: usize, weights: usize, by: f32): i32 {
  let reference = firstReference<By>(logits, count, by);
  let sum = storeAgainst<By>(logits, count, reference, weights, by);
  if (isFarAbove(seen, reference)) {
    reference = evenExponent(seen);
    sum = storeAgainst<By>(logits, count, reference, weights, by);
  }
  if (isBeyond(sum, seen)) {
    memory.copy(weights, logits, <usize> count << 2);
    if (!isVoid<By>()) divide(weights, count, by);
    f64.store(row, NaN, REFERENCE);
    return markRow(row);
  }
  writeMaximum(row, seen);
  writeSum(row, sum, reference);
  f64.store(row, <f64> reference, REFERENCE);
  return 0;
}

/** Writes a row and the weights of each tile; gives how many tiles are marked, because the fast path cannot do them. */
export function store(logits: usize, count: i32, table: usize, weights: usize): i32 {
  let marked = 0;
  for (; count > 0; count -= TILE, logits += TILE_BYTES, table += ROW, weights += TILE_BYTES) {
    marked += storeTile<void>(logits, min<i32>(count, TILE), table, weights, 1);
  }
  return marked;
}
