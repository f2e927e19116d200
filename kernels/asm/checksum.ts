/**
 * The sum over the 16-bit words of one block of the checksum, `sum h m` modulo 2^32; see `kernels/reference/checksum.ts` for
 * the multipliers m. `r` is the first word's place in its block.
 */
const LANE_STEP: i32 = 40503;
const VECTOR_STEP: i32 = 25174;

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
export function sumBlock(words: usize, r: i32, count: i32): i32 {
  let sum = 0;
  for (; count > 0 && (r & 7) != 0; r++, count--, words += 2) sum += i32.load16_s(words) * factor(r);
  const vectors = count >> 3;
  sum += sumVectors(words, vectors, r);
  words += <usize> vectors << 4;
  r += vectors << 3;
  for (count &= 7; count > 0; r++, count--, words += 2) sum += i32.load16_s(words) * factor(r);
  return sum;
}
