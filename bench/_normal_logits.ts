/**
 * Logits N(0, 4^2), from sums of four draws of a fixed generator: the same at every run.
 *
 * @param length How many.
 * @param seed Another seed gives other logits.
 */
export function normalLogits(length: number, seed = 12345): Float32Array<ArrayBuffer> {
  const row = new Float32Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    let sum = 0;
    for (let j = 0; j < 4; j++) {
      state = Math.imul(state, 1664525) + 1013904223 | 0;
      sum += state;
    }
    row[i] = sum * (4 / 2 ** 31 / Math.sqrt(4 / 3));
  }
  return row;
}
