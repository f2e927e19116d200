// The counter-based random number generator below all draws.
/** The high half of a 32-bit by 32-bit product. */
function highHalf(a: number, b: number): number {
  const al = a & 0xffff, ah = a >>> 16, bl = b & 0xffff, bh = b >>> 16;
  const middle = ah * bl + ((al * bl) >>> 16);
  return (ah * bh + (middle >>> 16) + ((al * bh + (middle & 0xffff)) >>> 16)) >>> 0;
}

/**
 * Philox4x32-10: four 32-bit words of noise as a pure function of a 128-bit counter and a 64-bit key.
 *
 * Source: Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"; the tests hold the reference
 * vectors published with it.
 *
 * @param c0 The counter's first word; then the others.
 * @param key0 The key's first word.
 * @param key1 The key's second word.
 * @param out Takes the four words.
 */
export function philox(
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  key0: number,
  key1: number,
  out: Uint32Array,
): void {
  for (let round = 0; round < 10; round++) {
    const high0 = highHalf(0xd2511f53, c0), low0 = Math.imul(0xd2511f53, c0);
    const high1 = highHalf(0xcd9e8d57, c2), low1 = Math.imul(0xcd9e8d57, c2);
    c0 = (high1 ^ c1 ^ key0) >>> 0;
    c1 = low1 >>> 0;
    c2 = (high0 ^ c3 ^ key1) >>> 0;
    c3 = low0 >>> 0;
    key0 = (key0 + 0x9e3779b9) >>> 0;
    key1 = (key1 + 0xbb67ae85) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}
