/** A threshold that at least k logits of a tile reach. */
import { padded, SCRATCH } from "../asm/lanes.ts";

/** Where the maxima of the groups are ranked: the upper half of the scratch room. */
const RANKED: usize = SCRATCH + 512;

/** The lane-wise maxima of `bytes` bytes of vectors, NaN left out: those of four groups. */
function runMaxima(at: usize, bytes: usize): v128 {
  let m = f32x4.splat(-Infinity);
  for (let i: usize = 0; i < bytes; i += 16) m = f32x4.pmax(m, v128.load(at + i));
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
 * The k-th largest of the maxima of groups of one tile (runs of 32 logits, or 128 for k to 8, by 4 lanes): at least k logits reach it.
 * Few and long runs for a small k, which then ranks fewer maxima. -Infinity for k beyond 64, or when fewer groups hold anything.
 */
export function bound(logits: usize, count: i32, k: f64): f32 {
  if (!(k >= 1.0 && k <= 64.0)) return -Infinity;
  const rank = <i32> k;
  const run = rank <= 8 ? 128 : 32;
  const bytes = <usize> run << 2;
  let length = 0;
  for (; count > 0; count -= run, logits += bytes) {
    let at = logits;
    if (count < run) {
      for (let i: usize = 0; i < bytes; i += 16) v128.store(SCRATCH + i, f32x4.splat(-Infinity));
      at = padded(logits, count);
    }
    const m = runMaxima(at, bytes);
    length = insert(f32x4.extract_lane(m, 0), length, rank);
    length = insert(f32x4.extract_lane(m, 1), length, rank);
    length = insert(f32x4.extract_lane(m, 2), length, rank);
    length = insert(f32x4.extract_lane(m, 3), length, rank);
  }
  return length < rank ? -Infinity : f32.load(RANKED + (<usize> (rank - 1) << 2));
}
