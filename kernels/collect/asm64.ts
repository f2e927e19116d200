/** Where the float64 logits above a threshold are. */

/** Writes the ascending positions of the logits above the threshold (or on it, if `inclusive`); gives how many. */
export function collect64(logits: usize, count: i32, threshold: f64, inclusive: bool, indices: usize): i32 {
  const limit = f64x2.splat(threshold);
  // Without equals: no logit equals NaN.
  const equal = f64x2.splat(inclusive ? threshold : NaN);
  let to = indices;
  for (let i = 0; i < count; i += 2, logits += 16) {
    const last = i + 1 == count;
    const x = last ? v128.load64_splat(logits) : v128.load(logits);
    let mask = i64x2.bitmask(v128.or(f64x2.gt(x, limit), f64x2.eq(x, equal))) & (last ? 1 : 3);
    for (; mask != 0; mask &= mask - 1, to += 4) i32.store(to, i + ctz<i32>(mask));
  }
  return <i32> (to - indices) >> 2;
}
