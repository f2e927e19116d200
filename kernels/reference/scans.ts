import type { Elements } from "./maps.ts";

/** Groups of a tile whose maxima `bound` ranks, and the greatest k it serves. */
const GROUPS = 128;
const LARGEST_K = 64;
const maxima = new Float64Array(GROUPS);

/**
 * Writes the ascending positions, counted from `from`, of logits greater than `threshold` (or equal, if `inclusive`) to
 * `indices`; gives how many. NaN is never among them.
 */
export function collectAbove(
  logits: Elements,
  from: number,
  count: number,
  threshold: number,
  inclusive: boolean,
  indices: Uint32Array,
  to: number,
): number {
  let found = 0;
  for (let i = 0; i < count; i++) {
    const x = logits[from + i];
    if (x > threshold || (inclusive && x === threshold)) indices[to + found++] = i;
  }
  return found;
}

/**
 * A value that at least k of the logits reach: the k-th largest maximum of 128 groups, 32 runs of 32 logits by 4 lanes.
 * -Infinity when k is beyond 64 or too few groups hold anything. NaN counts as -Infinity.
 */
export function boundOf(logits: Elements, from: number, count: number, k: number): number {
  if (!(k >= 1 && k <= LARGEST_K)) return -Infinity;
  maxima.fill(-Infinity);
  for (let i = 0; i < count; i++) {
    const group = (i >> 5) * 4 + (i & 3);
    const x = logits[from + i];
    if (x > maxima[group]) maxima[group] = x;
  }
  return maxima.sort()[GROUPS - k];
}

/** The lowest position, counted from `from`, whose logit equals `value`, or -1. */
export function findValue(logits: Elements, from: number, count: number, value: number): number {
  for (let i = 0; i < count; i++) if (logits[from + i] === value) return i;
  return -1;
}

/** How many logits are greater than `value`. */
export function countAbove(logits: Elements, from: number, count: number, value: number): number {
  let n = 0;
  for (let i = from; i < from + count; i++) if (logits[i] > value) n++;
  return n;
}

/** How many logits equal `value`. */
export function countEqual(logits: Elements, from: number, count: number, value: number): number {
  let n = 0;
  for (let i = from; i < from + count; i++) if (logits[i] === value) n++;
  return n;
}

/** The sum of the logits in four lanes: a plain read. */
export function sumLanes(logits: Elements, from: number, count: number): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = from + (count & ~3);
  let i = from;
  for (; i < whole; i += 4) {
    a += logits[i];
    b += logits[i + 1];
    c += logits[i + 2];
    d += logits[i + 3];
  }
  for (; i < from + count; i++) a += logits[i];
  return (a + b) + (c + d);
}
