/** Adds one to each lane's count where the mask is set. */
function countMask(total: v128, mask: v128): v128 {
  return i32x4.sub(total, mask);
}

function addCounts(v: v128): i32 {
  return i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3);
}

/** How many logits reach the threshold. NaN never does. */
export function countFrom(logits: usize, count: i32, threshold: f32): i32 {
  const limit = f32x4.splat(threshold);
  let a = i32x4.splat(0);
  let b = a;
  for (; count >= 8; count -= 8, logits += 32) {
    a = countMask(a, f32x4.ge(v128.load(logits), limit));
    b = countMask(b, f32x4.ge(v128.load(logits, 16), limit));
  }
  let found = addCounts(i32x4.add(a, b));
  for (; count > 0; count--, logits += 4) found += i32(f32.load(logits) >= threshold);
  return found;
}

/** How many logits are -Infinity. */
export function countMasked(logits: usize, count: i32): i32 {
  const masked = f32x4.splat(-Infinity);
  let a = i32x4.splat(0);
  let b = a;
  for (; count >= 8; count -= 8, logits += 32) {
    a = countMask(a, f32x4.eq(v128.load(logits), masked));
    b = countMask(b, f32x4.eq(v128.load(logits, 16), masked));
  }
  let found = addCounts(i32x4.add(a, b));
  for (; count > 0; count--, logits += 4) found += i32(f32.load(logits) == -Infinity);
  return found;
}
