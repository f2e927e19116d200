import type { Kernels } from "../kernels.ts";
import type { Views } from "../views.ts";

const BLOCK_BYTES = 4096;
/** Where the multipliers begin in the key, in words. */
const FACTORS = 4;
/** How far the multipliers of the second sum lie from those of the first, in words. */
const APART = 8;

/**
 * The keyed checksum of bytes by absolute position, as defined here for every backend.
 *
 * The bytes are signed 16-bit words h_j, `j = offset / 2`, in blocks of 2,048 words. The key is two 32-bit numbers c, and 2,056 16-bit
 * multipliers m. With `r = j mod 2048`, a block's two numbers are `sum h m_r` and `sum h m_(r + 8)`, and each checksum
 * `sum block * mix(block's index, c)`, all modulo 2^32, `mix` odd.
 *
 * It is a sum over positions, so any cut at an even offset gives the same numbers. Of words that differ in one block, the last one's
 * `m_r` and `m_(r + 8)` each leave one chance in 2^16 (a product of 16 by 17 bits does not wrap), and the second is in no other term of
 * the first sum: to who does not know the key, one in 2^32. Across blocks the same holds but for what `mix` cancels by accident.
 */
export function checksum({ i16, i32 }: Views): Kernels["checksum"] {
  return (at, bytes, offset, key, sums) => {
    const factors = (key >> 1) + FACTORS;
    for (let done = 0; done < bytes;) {
      const inside = (offset + done) % BLOCK_BYTES;
      const length = Math.min(BLOCK_BYTES - inside, bytes - done);
      const index = Math.floor((offset + done) / BLOCK_BYTES);
      for (const sum of [0, 1]) {
        const block = blockSum(i16, (at + done) >> 1, factors + (inside >> 1) + APART * sum, length >> 1);
        i32[(sums >> 2) + sum] += Math.imul(block, blockFactor(index, i32[(key >> 2) + sum]));
      }
      done += length;
    }
  };
}

/** An odd 32-bit multiplier for a block: the index, hashed with a part of the key. */
function blockFactor(index: number, key: number): number {
  const high = Math.floor(index / 4294967296);
  let h = Math.imul(index ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b) + key;
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return (h ^ (h >>> 15)) | 1;
}

/** The sum of `count` words by their multipliers, both of which lie in `words`. */
function blockSum(words: Int16Array, at: number, factors: number, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum = (sum + words[at + i] * words[factors + i]) | 0;
  return sum;
}
