import { BLOCK, blockAt, blockEnd, largestLane } from "./lanes.ts";

/**
 * The largest of `count` logits, NaN left out; -Infinity of none.
 * `pmax(m, x)` is `m < x ? x : m`: one instruction, and never NaN when m is not.
 */
export function maximumOf(logits: usize, count: i32): f32 {
  let m0 = f32x4.splat(-Infinity);
  let m1 = m0;
  let m2 = m0;
  let m3 = m0;
  for (; count >= 16; count -= 16, logits += 64) {
    m0 = f32x4.pmax(m0, v128.load(logits));
    m1 = f32x4.pmax(m1, v128.load(logits, 16));
    m2 = f32x4.pmax(m2, v128.load(logits, 32));
    m3 = f32x4.pmax(m3, v128.load(logits, 48));
  }
  if (count > 0) {
    const end = blockEnd(0, count);
    const at = blockAt(logits, count);
    for (let i: usize = 0; i < end; i += 16) m0 = f32x4.pmax(m0, v128.load(at + i));
  }
  return largestLane(f32x4.pmax(f32x4.pmax(m0, m1), f32x4.pmax(m2, m3)));
}

/** Whether any of `count` logits is NaN. */
export function anyNaN(logits: usize, count: i32): bool {
  let same = i32x4.splat(-1);
  for (; count > 0; count -= BLOCK, logits += BLOCK << 2) {
    let at = blockAt(logits, count);
    const end = blockEnd(at, count);
    for (; at < end; at += 16) {
      const x = v128.load(at);
      same = v128.and(same, f32x4.eq(x, x));
    }
  }
  return !i32x4.all_true(same);
}
