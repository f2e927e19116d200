import type { Op, Ways } from "./ways.ts";

const WAYS: Readonly<Record<Op, Ways[string]>> = {
  "log-sum-exp": (row) => {
    const maximum = maximumOf(row);
    let sum = 0;
    for (let i = 0; i < row.length; i++) sum += Math.exp(row[i] - maximum);
    return maximum + Math.log(sum);
  },
  "softmax": (row) => {
    const maximum = maximumOf(row), out = new Float32Array(row.length);
    let sum = 0;
    for (let i = 0; i < row.length; i++) sum += out[i] = Math.exp(row[i] - maximum);
    for (let i = 0; i < row.length; i++) out[i] /= sum;
    return out;
  },
  "argmax": (row) => {
    let best = 0;
    for (let i = 1; i < row.length; i++) if (row[i] > row[best]) best = i;
    return best;
  },
  "top-50": (row) => {
    const best = row.slice(0, 50).sort().reverse();
    for (let i = 50; i < row.length; i++) {
      if (!(row[i] > best[49])) continue;
      let place = 49;
      for (; place > 0 && best[place - 1] < row[i]; place--) best[place] = best[place - 1];
      best[place] = row[i];
    }
    return best;
  },
  "entropy": (row) => {
    const maximum = maximumOf(row);
    let sum = 0, moment = 0;
    for (let i = 0; i < row.length; i++) {
      const weight = Math.exp(row[i] - maximum);
      sum += weight;
      moment += weight * (row[i] - maximum);
    }
    return Math.log(sum) - moment / sum;
  },
};

function maximumOf(row: Float32Array): number {
  let maximum = -Infinity;
  for (let i = 0; i < row.length; i++) maximum = Math.max(maximum, row[i]);
  return maximum;
}

/** The loops one writes in JavaScript, sums in float64. */
export function plainWays(op: Op): Ways {
  return { "plain JavaScript": WAYS[op] };
}
