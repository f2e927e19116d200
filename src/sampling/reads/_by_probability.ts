// The order of a distribution.
import type { Distribution } from "../distribution.ts";

/** Tokens likeliest first, of equally likely ones the lower id first. */
export function byProbability(ids: Uint32Array, probabilities: Float64Array): Distribution {
  const before = (a: number, b: number): number => probabilities[b] - probabilities[a] || ids[a] - ids[b];
  if (isOrdered(ids.length, before)) return { ids, probabilities };
  const order = orderOf(probabilities, before);
  const result = { ids: new Uint32Array(ids.length), probabilities: new Float64Array(ids.length) };
  for (let i = 0; i < order.length; i++) {
    result.ids[i] = ids[order[i]];
    result.probabilities[i] = probabilities[order[i]];
  }
  return result;
}

type Compare = (a: number, b: number) => number;

function isOrdered(length: number, before: Compare): boolean {
  for (let i = 1; i < length; i++) if (before(i - 1, i) > 0) return false;
  return true;
}

/**
 * The places in order. They are sorted as 64-bit words, the high half of a probability above the place, without a comparison in JavaScript:
 * several times as fast for a whole vocabulary. Where high halves are equal, `before` decides. Little endian, as every host of this library
 * is.
 */
function orderOf(probabilities: Float64Array, before: Compare): Uint32Array {
  const length = probabilities.length;
  const bits = new Uint32Array(probabilities.buffer, probabilities.byteOffset, 2 * length);
  const keys = new BigUint64Array(length), words = new Uint32Array(keys.buffer);
  for (let i = 0; i < length; i++) {
    words[2 * i] = i;
    words[2 * i + 1] = ~bits[2 * i + 1];
  }
  keys.sort();
  const order = new Uint32Array(length);
  for (let i = 0, from = 0; i < length; i++) {
    order[i] = words[2 * i];
    if (i + 1 < length && words[2 * i + 3] === words[2 * i + 1]) continue;
    if (i > from) sortRun(order.subarray(from, i + 1), before);
    from = i + 1;
  }
  return order;
}

/** Equally likely tokens mostly lie in order already. */
function sortRun(run: Uint32Array, before: Compare): void {
  if (!isOrdered(run.length, (a, b) => before(run[a], run[b]))) run.sort(before);
}
