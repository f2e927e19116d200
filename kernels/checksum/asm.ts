/** The keyed checksum of bytes by absolute position: see `kernels/checksum/reference.ts` for what it is. */

/** Bytes of a block. */
const BLOCK: i32 = 4096;
/** Where the multipliers begin in the key; those of the second sum lie a vector further on. */
const FACTORS: usize = 8;
const VECTOR: usize = 16;

/** What the words of one block come to, in both sums. */
let first: i32 = 0;
let second: i32 = 0;

function addWord(words: usize, factors: usize): void {
  const word = i32.load16_s(words);
  first += word * i32.load16_s(factors);
  second += word * i32.load16_s(factors, VECTOR);
}

function lanesOf(sums: v128): i32 {
  return i32x4.extract_lane(sums, 0) + i32x4.extract_lane(sums, 1) + i32x4.extract_lane(sums, 2) +
    i32x4.extract_lane(sums, 3);
}

/** Sums up `count` words at any even address; their multipliers begin at `factors`. */
function sumBlock(words: usize, factors: usize, count: i32): void {
  first = 0;
  second = 0;
  let a = i32x4.splat(0);
  let b = i32x4.splat(0);
  for (; count >= 8; count -= 8, words += VECTOR, factors += VECTOR) {
    const vector = v128.load(words);
    a = i32x4.add(a, i32x4.dot_i16x8_s(vector, v128.load(factors)));
    b = i32x4.add(b, i32x4.dot_i16x8_s(vector, v128.load(factors, VECTOR)));
  }
  for (; count > 0; count--, words += 2, factors += 2) addWord(words, factors);
  first += lanesOf(a);
  second += lanesOf(b);
}

/** An odd multiplier for a block: its index, hashed with a part of the key. */
function blockFactor(index: i64, key: i32): i32 {
  const low = <i32> index;
  const high = <i32> (index >> 32);
  let h = (low ^ (high * <i32> 0x9e3779b1)) * <i32> 0x85ebca6b + key;
  h = (h ^ (h >>> 15)) * 0x2c1b3c6d;
  h = (h ^ (h >>> 12)) * 0x297a2d39;
  return (h ^ (h >>> 15)) | 1;
}

/** Adds to both sums what `bytes` bytes at the even address `at` come to, which begin at the even absolute `offset`. */
export function checksum(at: usize, bytes: i32, offset: f64, key: usize, sums: usize): void {
  let position = <i64> offset;
  while (bytes > 0) {
    const inside = <i32> (position & (BLOCK - 1));
    const length = min<i32>(BLOCK - inside, bytes);
    sumBlock(at, key + FACTORS + inside, length >> 1);
    const index = position >> 12;
    i32.store(sums, i32.load(sums) + first * blockFactor(index, i32.load(key)));
    i32.store(sums, i32.load(sums, 4) + second * blockFactor(index, i32.load(key, 4)), 4);
    at += length;
    bytes -= length;
    position += length;
  }
}
