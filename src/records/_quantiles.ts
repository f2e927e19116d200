/** Up to so many numbers are kept as they are. */
const EXACT = 2 ** 20;

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);
/** Bins of a float32's sign, exponent and first seven digits: each is less than 0.8 % wide. */
const BINS = 2 ** 15;

/** Quantiles of numbers from 0 on, infinity among them: exact up to 2^20 of them, beyond from a histogram whose bins are told by their middle. */
export class Quantiles {
  #values = new Float64Array(64);
  #count = 0;
  #bins: Float64Array | undefined;
  #max = -Infinity;

  /** Adds a number. */
  add(value: number): void {
    this.#max = Math.max(this.#max, value);
    this.#count++;
    if (this.#bins) this.#bins[binOf(value)]++;
    else this.#keep(value);
  }

  #keep(value: number): void {
    if (this.#count > EXACT) return this.#fill(value);
    if (this.#count > this.#values.length) {
      const longer = new Float64Array(Math.min(EXACT, 2 * this.#values.length));
      longer.set(this.#values);
      this.#values = longer;
    }
    this.#values[this.#count - 1] = value;
  }

  /** From here on numbers are counted. */
  #fill(value: number): void {
    this.#bins = new Float64Array(BINS);
    for (const kept of this.#values) this.#bins[binOf(kept)]++;
    this.#bins[binOf(value)]++;
    this.#values = new Float64Array(0);
  }

  /** Whether they come from a histogram. */
  get approximate(): boolean {
    return this.#bins !== undefined;
  }

  /** The largest; NaN of none. */
  get max(): number {
    return this.#count === 0 ? NaN : this.#max;
  }

  /** The least number that so many of all are no larger than, by their share; NaN of none. */
  at(share: number): number {
    const rank = Math.max(1, Math.ceil(share * this.#count));
    if (this.#count === 0) return NaN;
    if (!this.#bins) return this.#values.slice(0, this.#count).sort()[rank - 1];
    let bin = 0;
    for (let left = rank; (left -= this.#bins[bin]) > 0;) bin++;
    return Math.min(this.#max, middleOf(bin));
  }
}

function binOf(value: number): number {
  float[0] = value;
  return bits[0] >>> 16;
}

function middleOf(bin: number): number {
  bits[0] = bin << 16 | 0x8000;
  return Number.isNaN(float[0]) ? Infinity : bin === 0 ? 0 : float[0];
}
