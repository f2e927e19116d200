import { padded, SCRATCH } from "./lanes.ts";

/** Where the maxima of the 128 groups are ranked: the upper half of the scratch room. */
const RANKED: usize = SCRATCH + 512;

/** The lane-wise maxima of eight vectors, NaN left out: those of four groups of eight logits. */
function runMaxima(at: usize): v128 {
  let m = f32x4.splat(-Infinity);
  for (let i: usize = 0; i < 128; i += 16) m = f32x4.pmax(m, v128.load(at + i));
  return m;
}

/** Puts a value into the descending list of `length` at `RANKED`, of which only the first `k` matter; gives the new length. */
function insert(value: f32, length: i32, k: i32): i32 {
  let i = min<i32>(length, k - 1);
  if (length == k && !(value > f32.load(RANKED + (<usize> i << 2)))) return length;
  for (; i > 0; i--) {
    const above = f32.load(RANKED + (<usize> (i - 1) << 2));
    if (above >= value) break;
    f32.store(RANKED + (<usize> i << 2), above);
  }
  f32.store(RANKED + (<usize> i << 2), value);
  return min<i32>(length + 1, k);
}

/**
 * The k-th largest of the maxima of 128 groups of one tile (32 runs of 32 logits, by 4 lanes), for `1 <= k <= 64`: at least k
 * logits reach it. -Infinity when fewer groups hold anything.
 */
export function bound(logits: usize, count: i32, k: i32): f32 {
  let length = 0;
  for (; count > 0; count -= 32, logits += 128) {
    let at = logits;
    if (count < 32) {
      for (let i: usize = 0; i < 128; i += 16) v128.store(SCRATCH + i, f32x4.splat(-Infinity));
      at = padded(logits, count);
    }
    const m = runMaxima(at);
    length = insert(f32x4.extract_lane(m, 0), length, k);
    length = insert(f32x4.extract_lane(m, 1), length, k);
    length = insert(f32x4.extract_lane(m, 2), length, k);
    length = insert(f32x4.extract_lane(m, 3), length, k);
  }
  return length < k ? -Infinity : f32.load(RANKED + (<usize> (k - 1) << 2));
}
