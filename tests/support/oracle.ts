/** A sum of float64 numbers with a compensation (Neumaier): accurate to an ulp or two whatever the order. */
export class CompensatedSum {
  #sum = 0;
  #rest = 0;

  add(x: number): void {
    const sum = this.#sum + x;
    this.#rest += Math.abs(this.#sum) >= Math.abs(x) ? (this.#sum - sum) + x : (x - sum) + this.#sum;
    this.#sum = sum;
  }

  get value(): number {
    return this.#sum + this.#rest;
  }
}

/** What is true of a row, in float64 with compensated sums. */
export interface Truth {
  readonly maximum: number;
  readonly logSum: number;
  readonly logSumExp: number;
  /** In nats. */
  readonly entropy: number;
}

/** Computes it. */
export function truthOf(row: ArrayLike<number>): Truth {
  let maximum = -Infinity;
  for (let i = 0; i < row.length; i++) if (row[i] > maximum) maximum = row[i];
  const sum = new CompensatedSum(), moment = new CompensatedSum();
  for (let i = 0; i < row.length; i++) {
    const d = row[i] - maximum;
    const weight = Math.exp(d);
    if (weight === 0) continue;
    sum.add(weight);
    moment.add(weight * d);
  }
  const logSum = Math.log(sum.value);
  return { maximum, logSum, logSumExp: maximum + logSum, entropy: logSum - moment.value / sum.value };
}
