/**
 * For each token that followed an earlier copy of the text's end, how long the longest copy was, 0 included: the Z-function of the
 * reversed text. Cost: O(length), also where the text repeats itself all along.
 */
export function repeats(tokens: readonly number[]): Map<number, number> {
  const reversed = tokens.toReversed(), { length } = reversed;
  const z = new Int32Array(length + 1);
  const runs = new Map<number, number>();
  for (let k = 1, left = 0, right = 0; k <= length; k++) {
    let run = k < right ? Math.min(right - k, z[k - left]) : 0;
    while (k + run < length && reversed[run] === reversed[k + run]) run++;
    z[k] = run;
    if (k + run > right) {
      left = k;
      right = k + run;
    }
    const id = reversed[k - 1];
    if (run > (runs.get(id) ?? -1)) runs.set(id, run);
  }
  return runs;
}
