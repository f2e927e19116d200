/** The sweep at levels `moments` and `squares`: the sum of a tile's weights, and of their products with `d` and `d^2`. */
import { ONE, P1, P2, P3, P4, P5, RANGE, SCALE, TABLE } from "../../asm/constants.ts";
import { distance, evenExponent, leastLogit, magicOf, multiplyAdd, polynomial, remainder } from "../../asm/exp.ts";
import { addLanes, BLOCK, blockAt, blockEnd, TURN } from "../../asm/lanes.ts";
import { maximumOf } from "../../asm/maximum.ts";
import { markRow, writeMaximum, writeMoment, writeSquare, writeSum } from "../../asm/row.ts";

/** What the last tile gave beside its sum. */
let momentSum: f64 = 0;
let squareSum: f64 = 0;

/**
 * `sum w` of one tile, and `sum w d` in `momentSum`, with `w = 2^(y - N)` as in the sum kernel and `d = y - N`. Lanes 0 to 3, then lanes 4
 * to 7: all eight at once would want more registers than there are, and the tile lies in the first cache.
 */
function momentsAgainst(logits: usize, count: i32, reference: f32): f64 {
  const scale = v128.load(TABLE, SCALE);
  const p0 = v128.load(TABLE, ONE);
  const p1 = v128.load(TABLE, P1);
  const p2 = v128.load(TABLE, P2);
  const p3 = v128.load(TABLE, P3);
  const p4 = v128.load(TABLE, P4);
  const p5 = v128.load(TABLE, P5);
  const magic = f32x4.splat(magicOf(reference));
  const least = f32x4.splat(leastLogit(reference));
  const negated = f32x4.splat(-reference);
  let tile: f64 = 0;
  momentSum = 0;
  for (let lanes: usize = 0; lanes < TURN; lanes += 16) {
    let total = f32x4.splat(0);
    let totalMoment = f32x4.splat(0);
    let from = logits;
    for (let left = count; left > 0; left -= BLOCK, from += BLOCK << 2) {
      const block = blockAt(from, left);
      const end = blockEnd(block, left);
      let sum = f32x4.splat(0);
      let moment = f32x4.splat(0);
      for (let at = block + lanes; at < end; at += TURN) {
        const x = f32x4.pmax(v128.load(at), least);
        const t = multiplyAdd(x, scale, magic);
        const f = remainder(x, t, scale, magic);
        const p = polynomial(f, p0, p1, p2, p3, p4, p5);
        const power = i32x4.shl(t, 23);
        sum = multiplyAdd(p, power, sum);
        moment = multiplyAdd(f32x4.mul(p, power), distance(x, t, f, scale, magic, negated), moment);
      }
      total = f32x4.add(total, sum);
      totalMoment = f32x4.add(totalMoment, moment);
    }
    tile += addLanes(total);
    momentSum += addLanes(totalMoment);
  }
  return tile;
}

/** As `momentsAgainst`, and `sum w d^2` in `squareSum`. */
function squaresAgainst(logits: usize, count: i32, reference: f32): f64 {
  const scale = v128.load(TABLE, SCALE);
  const p0 = v128.load(TABLE, ONE);
  const p1 = v128.load(TABLE, P1);
  const p2 = v128.load(TABLE, P2);
  const p3 = v128.load(TABLE, P3);
  const p4 = v128.load(TABLE, P4);
  const p5 = v128.load(TABLE, P5);
  const magic = f32x4.splat(magicOf(reference));
  const least = f32x4.splat(leastLogit(reference));
  const negated = f32x4.splat(-reference);
  let tile: f64 = 0;
  momentSum = 0;
  squareSum = 0;
  for (let lanes: usize = 0; lanes < TURN; lanes += 16) {
    let total = f32x4.splat(0);
    let totalMoment = f32x4.splat(0);
    let totalSquare = f32x4.splat(0);
    let from = logits;
    for (let left = count; left > 0; left -= BLOCK, from += BLOCK << 2) {
      const block = blockAt(from, left);
      const end = blockEnd(block, left);
      let sum = f32x4.splat(0);
      let moment = f32x4.splat(0);
      let square = f32x4.splat(0);
      for (let at = block + lanes; at < end; at += TURN) {
        const x = f32x4.pmax(v128.load(at), least);
        const t = multiplyAdd(x, scale, magic);
        const f = remainder(x, t, scale, magic);
        const p = polynomial(f, p0, p1, p2, p3, p4, p5);
        const power = i32x4.shl(t, 23);
        sum = multiplyAdd(p, power, sum);
        const d = distance(x, t, f, scale, magic, negated);
        const w = f32x4.mul(p, power);
        moment = multiplyAdd(w, d, moment);
        square = multiplyAdd(f32x4.mul(w, d), d, square);
      }
      total = f32x4.add(total, sum);
      totalMoment = f32x4.add(totalMoment, moment);
      totalSquare = f32x4.add(totalSquare, square);
    }
    tile += addLanes(total);
    momentSum += addLanes(totalMoment);
    squareSum += addLanes(totalSquare);
  }
  return tile;
}

/**
 * One tile against its own maximum: writes its row, or marks it and gives 1 when the fast path cannot do it. The sum has the same
 * bits as that of `sumTile`. Cost: two reads, the first one of them into the cache.
 */
export function momentsTile(logits: usize, count: i32, row: usize, squares: bool): i32 {
  const maximum = maximumOf(logits, count);
  const reference: f32 = abs(maximum) <= RANGE ? evenExponent(maximum) : 0;
  const sum = squares ? squaresAgainst(logits, count, reference) : momentsAgainst(logits, count, reference);
  if (sum != sum || (abs(maximum) > RANGE && maximum != -Infinity)) return markRow(row);
  writeMaximum(row, maximum);
  writeSum(row, sum, reference);
  writeMoment(row, sum, sum > 0 ? momentSum : 0);
  if (squares) writeSquare(row, sum, momentSum, sum > 0 ? squareSum : 0);
  return 0;
}
