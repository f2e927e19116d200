/** Lists of the logits of a range, with their weights. */
import { leastFloat } from "../asm/least_float.ts";
import { TILE, TILE_BYTES } from "../asm/lanes.ts";
import { MAXIMUM, powerOfTwo, REFERENCE, ROW } from "../asm/row.ts";

/** For each mask of four lanes the bytes that bring those that are set to the front; 128 gives 0. */
const FRONT: usize = memory.data<u8>([
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  0,
  1,
  2,
  3,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  4,
  5,
  6,
  7,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  0,
  1,
  2,
  3,
  4,
  5,
  6,
  7,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  8,
  9,
  10,
  11,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  0,
  1,
  2,
  3,
  8,
  9,
  10,
  11,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  4,
  5,
  6,
  7,
  8,
  9,
  10,
  11,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  0,
  1,
  2,
  3,
  4,
  5,
  6,
  7,
  8,
  9,
  10,
  11,
  128,
  128,
  128,
  128,
  12,
  13,
  14,
  15,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  0,
  1,
  2,
  3,
  12,
  13,
  14,
  15,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  4,
  5,
  6,
  7,
  12,
  13,
  14,
  15,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  0,
  1,
  2,
  3,
  4,
  5,
  6,
  7,
  12,
  13,
  14,
  15,
  128,
  128,
  128,
  128,
  8,
  9,
  10,
  11,
  12,
  13,
  14,
  15,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  128,
  0,
  1,
  2,
  3,
  8,
  9,
  10,
  11,
  12,
  13,
  14,
  15,
  128,
  128,
  128,
  128,
  4,
  5,
  6,
  7,
  8,
  9,
  10,
  11,
  12,
  13,
  14,
  15,
  128,
  128,
  128,
  128,
  0,
  1,
  2,
  3,
  4,
  5,
  6,
  7,
  8,
  9,
  10,
  11,
  12,
  13,
  14,
  15,
], 16);
const PLACES: usize = memory.data<i32>([0, 1, 2, 3], 16);

let listed: usize = 0;

/** Adds those of four logits that are in the range to the lists; behind them lie zeros, up to three. */
function listFour(
  x: v128,
  weights: usize,
  scale: v128,
  position: i32,
  mask: i32,
  values: usize,
  shares: usize,
  ids: usize,
): void {
  const front = v128.load(FRONT + (<usize> mask << 4));
  v128.store(values + listed, i8x16.swizzle(x, front));
  v128.store(shares + listed, f32x4.mul(i8x16.swizzle(v128.load(weights), front), scale));
  v128.store(ids + listed, i8x16.swizzle(i32x4.add(i32x4.splat(position), v128.load(PLACES)), front));
  listed += <usize> popcnt<i32>(mask) << 2;
}

/** `2^k` in float32; NaN of NaN. */
function scaleOf(k: f64): f32 {
  if (k != k) return NaN;
  return k < -149 ? 0 : <f32> powerOfTwo(<i32> min<f64>(k, 127.0));
}

/**
 * Writes the logits of `low <= x < high`, ascending by their places: to `values` as they are, to `shares` what they weigh in units of
 * `2^exponent` (NaN in a tile without weights), to `ids` their places. Gives how many. Cost: 0.1 ns a logit.
 */
export function listBetween(
  logits: usize,
  weights: usize,
  count: i32,
  table: usize,
  low: f64,
  high: f64,
  exponent: f64,
  values: usize,
  shares: usize,
  ids: usize,
): i32 {
  const least = max<f32>(leastFloat(low, true), -f32.MAX_VALUE);
  const end = leastFloat(high, true);
  const lows = f32x4.splat(least);
  const highs = f32x4.splat(end);
  listed = 0;
  for (let first = 0; first < count; first += TILE, logits += TILE_BYTES, weights += TILE_BYTES, table += ROW) {
    if (!(f64.load(table, MAXIMUM) >= <f64> least)) continue;
    const scalar = scaleOf(f64.load(table, REFERENCE) - exponent);
    const scale = f32x4.splat(scalar);
    const size = min<i32>(count - first, TILE);
    let i = 0;
    for (; i + 8 <= size; i += 8) {
      const at = logits + (<usize> i << 2);
      const x = v128.load(at);
      const y = v128.load(at, 16);
      const inX = v128.and(f32x4.ge(x, lows), f32x4.lt(x, highs));
      const inY = v128.and(f32x4.ge(y, lows), f32x4.lt(y, highs));
      if (!v128.any_true(v128.or(inX, inY))) continue;
      const w = weights + (<usize> i << 2);
      const maskX = i32x4.bitmask(inX);
      const maskY = i32x4.bitmask(inY);
      if (maskX != 0) listFour(x, w, scale, first + i, maskX, values, shares, ids);
      if (maskY != 0) listFour(y, w + 16, scale, first + i + 4, maskY, values, shares, ids);
    }
    for (; i < size; i++) {
      const at = <usize> i << 2;
      const x = f32.load(logits + at);
      if (!(x >= least && x < end)) continue;
      f32.store(values + listed, x);
      f32.store(shares + listed, f32.load(weights + at) * scalar);
      i32.store(ids + listed, first + i);
      listed += 4;
    }
  }
  return <i32> (listed >> 2);
}
