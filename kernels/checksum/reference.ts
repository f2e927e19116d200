import type { Kernels } from "../kernels.ts";
import type { Views } from "../views.ts";

const BLOCK_BYTES = 4096;
const LANE_STEP = 40503;
const VECTOR_STEP = 25174;

/**
 * The checksum of bytes by absolute position, as defined here for every backend.
 *
 * The bytes are signed 16-bit words h_j, `j = offset / 2`, in blocks of 2,048 words. With `r = j mod 2048`, `l = r mod 8` its
 * lane and `v = (r - l) / 8` its vector, a word has the odd 16-bit multiplier `m = 40503 (2l + 1) + 25174 v` (signed, modulo 2^16). A block's
 * number is `sum h m`, and the checksum `sum block * mix(block's index)`, all modulo 2^32, `mix` odd.
 *
 * It is a sum over positions, so any cut at an even offset gives the same number. One changed word, or two words of a
 * lane exchanged inside a block, always show; anything else is missed about once in 2^16 or better.
 */
export function checksum({ i16 }: Views): Kernels["checksum"] {
  return (at, bytes, seed, offset) => {
    let sum = seed | 0;
    for (let done = 0; done < bytes;) {
      const inside = (offset + done) % BLOCK_BYTES;
      const length = Math.min(BLOCK_BYTES - inside, bytes - done);
      const index = Math.floor((offset + done) / BLOCK_BYTES);
      const block = blockSum(i16, (at + done) >> 1, inside >> 1, length >> 1);
      sum = (sum + Math.imul(block, blockFactor(index))) | 0;
      done += length;
    }
    return sum >>> 0;
  };
}

/** An odd 32-bit multiplier for a block: the index, hashed. */
function blockFactor(index: number): number {
  const high = Math.floor(index / 4294967296);
  let h = Math.imul(index ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b) + 0x9e3779b9;
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return (h ^ (h >>> 15)) | 1;
}

/** The sum over words `first <= r < first + count` of one block, the words at index `at` of `words`. */
function blockSum(words: Int16Array, at: number, first: number, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const r = first + i;
    const factor = ((LANE_STEP * (2 * (r & 7) + 1) + VECTOR_STEP * (r >> 3)) << 16) >> 16;
    sum = (sum + words[at + i] * factor) | 0;
  }
  return sum;
}
