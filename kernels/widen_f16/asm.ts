/** Half floats, IEEE 754 binary16, as float32. */

/**
 * Four finite half floats, sign-extended to 32 bits, as float32. Shifted by 13, exponent and fraction lie where float32 has
 * them but with a bias too small by 112: the product with 2^112 repairs it, subnormals included, exactly.
 */
function finite(h: v128, keep: v128, bias: v128): v128 {
  return f32x4.mul(v128.and(i32x4.shl(h, 13), keep), bias);
}

/** Four half floats of any kind: Infinity and NaN keep their fraction and get float32's top exponent. */
function halves(h: v128, keep: v128, bias: v128): v128 {
  const special = i32x4.splat(0x0f800000);
  const isSpecial = i32x4.eq(v128.and(i32x4.shl(h, 13), special), special);
  return v128.or(finite(h, keep, bias), v128.and(isSpecial, i32x4.splat(0x7f800000)));
}

/** One half float. */
function half(bits: i32): f32 {
  const shifted = (bits << 13) & 0x8fffe000;
  const top = (shifted & 0x0f800000) == 0x0f800000 ? 0x7f800000 : 0;
  return reinterpret<f32>(reinterpret<i32>(reinterpret<f32>(shifted) * 5.192296858534828e33) | top);
}

/**
 * Widens `count` half floats to float32, exactly; every NaN stays NaN. Eight at a time, with one test for Infinity and NaN.
 * Cost: 2 bytes read and 4 written for each.
 */
export function widenF16(words: usize, count: i32, to: usize): void {
  const keep = i32x4.splat(0x8fffe000);
  const bias = f32x4.splat(5.192296858534828e33);
  const top = i16x8.splat(0x7c00);
  for (; count >= 8; count -= 8, words += 16, to += 32) {
    const h = v128.load(words);
    const low = i32x4.extend_low_i16x8_s(h);
    const high = i32x4.extend_high_i16x8_s(h);
    let a = finite(low, keep, bias);
    let b = finite(high, keep, bias);
    if (v128.any_true(i16x8.eq(v128.and(h, top), top))) {
      a = halves(low, keep, bias);
      b = halves(high, keep, bias);
    }
    v128.store(to, a);
    v128.store(to, b, 16);
  }
  for (; count > 0; count--, words += 2, to += 4) f32.store(to, half(i32.load16_s(words)));
}
