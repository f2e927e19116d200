/** Where the logits above a threshold are. */
import { leastFloat } from "../asm/least_float.ts";

/** Writes `position + l` for every set bit l of a mask of four lanes; gives the address after the last. */
function writePositions(mask: i32, position: i32, to: usize): usize {
  for (; mask != 0; mask &= mask - 1, to += 4) i32.store(to, position + ctz<i32>(mask));
  return to;
}

/** One turn: four vectors are refused by one test; otherwise each gives its mask. */
function collectSixteen(at: usize, threshold: v128, position: i32, to: usize): usize {
  const a = f32x4.ge(v128.load(at), threshold);
  const b = f32x4.ge(v128.load(at, 16), threshold);
  const c = f32x4.ge(v128.load(at, 32), threshold);
  const d = f32x4.ge(v128.load(at, 48), threshold);
  if (!v128.any_true(v128.or(v128.or(a, b), v128.or(c, d)))) return to;
  to = writePositions(i32x4.bitmask(a), position, to);
  to = writePositions(i32x4.bitmask(b), position + 4, to);
  to = writePositions(i32x4.bitmask(c), position + 8, to);
  return writePositions(i32x4.bitmask(d), position + 12, to);
}

/**
 * Writes the ascending positions of the logits above the threshold (or on it, if `inclusive`) as uint32; gives how many. NaN never is.
 * Cost: one read and 8 instructions for sixteen logits, and a few more for each that is found.
 */
export function collect(logits: usize, count: i32, threshold: f64, inclusive: bool, indices: usize): i32 {
  const least = leastFloat(threshold, inclusive);
  const limit = f32x4.splat(least);
  let to = indices;
  let i = 0;
  for (; i + 16 <= count; i += 16) to = collectSixteen(logits + (<usize> i << 2), limit, i, to);
  for (; i < count; i++) {
    if (f32.load(logits + (<usize> i << 2)) >= least) {
      i32.store(to, i);
      to += 4;
    }
  }
  return <i32> (to - indices) >> 2;
}
