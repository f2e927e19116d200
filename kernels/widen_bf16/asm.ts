/** bfloat16 as float32. */

/** Widens `count` bfloat16 to float32, exactly: each is the upper half of a float32. */
export function widenBf16(words: usize, count: i32, to: usize): void {
  const zero = i32x4.splat(0);
  for (; count >= 8; count -= 8, words += 16, to += 32) {
    const b = v128.load(words);
    v128.store(to, i8x16.shuffle(zero, b, 0, 0, 16, 17, 0, 0, 18, 19, 0, 0, 20, 21, 0, 0, 22, 23));
    v128.store(to, i8x16.shuffle(zero, b, 0, 0, 24, 25, 0, 0, 26, 27, 0, 0, 28, 29, 0, 0, 30, 31), 16);
  }
  for (; count > 0; count--, words += 2, to += 4) i32.store(to, i32.load16_u(words) << 16);
}
