/** A nucleus sampler as one would write it by hand: softmax, a sort of all ids, a running sum. */
export function plainNucleus(row: Float32Array, p: number, u: number): number {
  let top = -Infinity;
  for (const x of row) if (x > top) top = x;
  const weights = new Float64Array(row.length);
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += weights[i] = Math.exp(row[i] - top);
  const order = Uint32Array.from(row, (_, i) => i).sort((a, b) => weights[b] - weights[a]);
  let kept = 0, size = 0;
  while (size < order.length && kept < p * sum) kept += weights[order[size++]];
  let running = 0;
  for (let i = 0; i < size; i++) {
    running += weights[order[i]];
    if (running > u * kept) return order[i];
  }
  return order[size - 1];
}
