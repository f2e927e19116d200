/** The best logits of a tile, in their order. */
import { SCRATCH } from "../asm/lanes.ts";

/** Most that are listed: as many as there are lanes whose maxima are taken. */
const MOST: i32 = 16;
/** The values listed, best first. */
const LISTED: usize = SCRATCH;
/** The lanes' maxima. */
const MAXIMA: usize = SCRATCH + 64;

/** Which of sixteen lanes are above a limit, a bit each; NaN never is. */
function above(at: usize, limit: v128): i32 {
  const a = v128.load(at);
  const b = v128.load(at, 16);
  const c = v128.load(at, 32);
  const d = v128.load(at, 48);
  // Most turns have none: one comparison refuses them. A NaN that comes second is left out.
  const largest = f32x4.pmax(f32x4.pmax(f32x4.pmax(f32x4.pmax(limit, a), b), c), d);
  if (!v128.any_true(f32x4.gt(largest, limit))) return 0;
  return i32x4.bitmask(f32x4.gt(a, limit)) | (i32x4.bitmask(f32x4.gt(b, limit)) << 4) |
    (i32x4.bitmask(f32x4.gt(c, limit)) << 8) | (i32x4.bitmask(f32x4.gt(d, limit)) << 12);
}

/** A number that at least k logits are above, and hardly more: the float below the k-th largest of the maxima of sixteen lanes. */
function limitOf(logits: usize, turns: i32, k: i32): f32 {
  let a = f32x4.splat(-Infinity);
  let b = a;
  let c = a;
  let d = a;
  for (; turns > 0; turns--, logits += 64) {
    a = f32x4.pmax(a, v128.load(logits));
    b = f32x4.pmax(b, v128.load(logits, 16));
    c = f32x4.pmax(c, v128.load(logits, 32));
    d = f32x4.pmax(d, v128.load(logits, 48));
  }
  v128.store(MAXIMA, a);
  v128.store(MAXIMA, b, 16);
  v128.store(MAXIMA, c, 32);
  v128.store(MAXIMA, d, 48);
  let limit: f32 = -Infinity;
  for (let at = MAXIMA; at < MAXIMA + 64; at += 4) {
    const below = floatBelow(f32.load(at));
    if (below > limit && popcnt<i32>(above(MAXIMA, f32x4.splat(below))) >= k) limit = below;
  }
  return limit;
}

/** The greatest float below a number; of 0 the same as of -0. */
function floatBelow(x: f32): f32 {
  if (x == 0) return reinterpret<f32>(<u32> 0x80000001);
  return reinterpret<f32>(reinterpret<i32>(x) + (x > 0 ? -1 : 1));
}

/** Lists a logit, if it is better than the worst of k: behind its equals, as it comes after them. Gives how many are listed. */
function insert(value: f32, position: i32, listed: i32, k: i32, indices: usize): i32 {
  const full = listed == k;
  if (!(value > (full ? f32.load(LISTED + (<usize> (k - 1) << 2)) : -Infinity))) return listed;
  let at = <usize> (full ? k - 1 : listed) << 2;
  for (; at > 0; at -= 4) {
    const above = f32.load(LISTED + at - 4);
    if (above >= value) break;
    f32.store(LISTED + at, above);
    i32.store(indices + at, i32.load(indices + at - 4));
  }
  f32.store(LISTED + at, value);
  i32.store(indices + at, position);
  return full ? k : listed + 1;
}

/** Writes the positions of the k best, best first; gives how many there are. */
export function best(logits: usize, count: i32, k: f64, indices: usize): i32 {
  const most = min<i32>(<i32> k, MOST);
  const turns = count >> 4;
  const last = LISTED + (<usize> (most - 1) << 2);
  let limit = limitOf(logits, turns, most);
  let listed = 0;
  let i = 0;
  for (; i < turns << 4; i += 16) {
    const at = logits + (<usize> i << 2);
    let bits = above(at, f32x4.splat(limit));
    if (bits == 0) continue;
    for (; bits != 0; bits &= bits - 1) {
      const lane = ctz<i32>(bits);
      listed = insert(f32.load(at + (<usize> lane << 2)), i + lane, listed, most, indices);
    }
    if (listed == most) limit = max<f32>(limit, f32.load(last));
  }
  for (; i < count; i++) listed = insert(f32.load(logits + (<usize> i << 2)), i, listed, most, indices);
  return listed;
}
