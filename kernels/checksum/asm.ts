/** The checksum of bytes by absolute position: see `kernels/checksum/reference.ts` for what it is. */

/** Bytes of a block. */
const BLOCK: i32 = 4096;
const LANE_STEP: i32 = 40503;
const VECTOR_STEP: i32 = 25174;

/** The multiplier of the word at place r of its block. */
function factor(r: i32): i32 {
  return ((LANE_STEP * (2 * (r & 7) + 1) + VECTOR_STEP * (r >> 3)) << 16) >> 16;
}

/** Whole vectors of eight words, from a place that is a multiple of eight. */
function sumVectors(words: usize, vectors: i32, r: i32): i32 {
  const lanes = i16x8.mul(i16x8.splat(<i16> LANE_STEP), i16x8(1, 3, 5, 7, 9, 11, 13, 15));
  let factors = i16x8.add(lanes, i16x8.splat(<i16> (VECTOR_STEP * (r >> 3))));
  const step = i16x8.splat(<i16> VECTOR_STEP);
  let sum = i32x4.splat(0);
  for (; vectors > 0; vectors--, words += 16) {
    sum = i32x4.add(sum, i32x4.dot_i16x8_s(v128.load(words), factors));
    factors = i16x8.add(factors, step);
  }
  return i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) + i32x4.extract_lane(sum, 2) +
    i32x4.extract_lane(sum, 3);
}

/** `sum h m` over `count` words at any even address, the first of which is word `r` of its block. */
function sumBlock(words: usize, r: i32, count: i32): i32 {
  let sum = 0;
  for (; count > 0 && (r & 7) != 0; r++, count--, words += 2) sum += i32.load16_s(words) * factor(r);
  const vectors = count >> 3;
  sum += sumVectors(words, vectors, r);
  words += <usize> vectors << 4;
  r += vectors << 3;
  for (count &= 7; count > 0; r++, count--, words += 2) sum += i32.load16_s(words) * factor(r);
  return sum;
}

/** An odd multiplier for a block: its index, hashed. */
function blockFactor(index: i64): i32 {
  const low = <i32> index;
  const high = <i32> (index >> 32);
  let h = (low ^ (high * <i32> 0x9e3779b1)) * <i32> 0x85ebca6b + <i32> 0x9e3779b9;
  h = (h ^ (h >>> 15)) * 0x2c1b3c6d;
  h = (h ^ (h >>> 12)) * 0x297a2d39;
  return (h ^ (h >>> 15)) | 1;
}

/** Continues `seed` over `bytes` bytes at the even address `at` that begin at the even absolute `offset`. */
export function checksum(at: usize, bytes: i32, seed: i32, offset: f64): f64 {
  let sum = seed;
  let position = <i64> offset;
  while (bytes > 0) {
    const inside = <i32> (position & (BLOCK - 1));
    const length = min<i32>(BLOCK - inside, bytes);
    sum += sumBlock(at, inside >> 1, length >> 1) * blockFactor(position >> 12);
    at += length;
    bytes -= length;
    position += length;
  }
  return <f64> <u32> sum;
}
