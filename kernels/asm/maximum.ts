/** The largest of a run of logits, and whether any is NaN. */
import { blockAt, blockEnd, largestLane } from "./lanes.ts";

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

/** The maximum of `count` logits, or of their quotients: division by a number above 0 keeps their order. */
export function maximumQuotient<By>(logits: usize, count: i32, by: f32): f32 {
  const maximum = maximumOf(logits, count);
  return isVoid<By>() ? maximum : maximum / by;
}

function isNaNMask(x: v128): v128 {
  return f32x4.ne(x, x);
}

/** Whether any of `count` logits is NaN. */
export function anyNaN(logits: usize, count: i32): bool {
  let found = f32x4.splat(0);
  for (; count >= 16; count -= 16, logits += 64) {
    const a = v128.or(isNaNMask(v128.load(logits)), isNaNMask(v128.load(logits, 16)));
    const b = v128.or(isNaNMask(v128.load(logits, 32)), isNaNMask(v128.load(logits, 48)));
    found = v128.or(found, v128.or(a, b));
  }
  for (; count > 0; count--, logits += 4) {
    const x = f32.load(logits);
    if (x != x) return true;
  }
  return v128.any_true(found);
}
