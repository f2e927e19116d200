import { Cell, exp } from "../../kernels/mod.ts";
import type { Heap } from "../core/mod.ts";
import { type Cells, leastOf, slotOf, SPAN, wordsNow } from "./_cells.ts";
import { cellRung, type CellSource, type CellSums, type Rung } from "./_rung.ts";

const STEPS = Cell.perUnit * Cell.steps;
const WIDTH = 1 / Cell.perUnit;
const NOTHING: CellSums = [0, 0, 0];
/** Half a step of 2^-18, and what the spread inside a cell of 1/256 can change in its mass: relative errors of `1/T` and `1/T^2`. */
const STEP_ERROR = 2e-6;
const SPREAD_ERROR = 1e-6;

/** What a row's cells hold besides the best tokens, which are known one by one. */
export class CellReading implements CellSource {
  readonly #words: Uint32Array;
  readonly #top: number;
  readonly #least: number;
  readonly #origin: number;
  /** The worst of the best: nothing else is larger. */
  readonly #ceiling: number;
  readonly #highest: number;
  readonly #taken = { n: 0, steps: 0 };
  readonly #others: number;

  /** Reads the cells of a row of which `others` tokens are not among the best, which are as many as were wanted. */
  constructor(cells: Cells, best: Heap, origin: number, others: number) {
    this.#words = wordsNow(cells);
    this.#top = cells.top;
    this.#least = leastOf(cells);
    this.#origin = origin;
    this.#ceiling = best.values[0];
    this.#highest = Math.floor(this.#ceiling * Cell.perUnit);
    this.#others = others;
    for (let i = 0; i < best.size; i++) {
      const step = Math.floor(best.values[i] * STEPS);
      if (Math.floor(step / Cell.steps) !== this.#highest) continue;
      this.#taken.n++;
      this.#taken.steps += step - this.#highest * Cell.steps;
    }
  }

  /** All cells, best first: spans of 64, then what lies below them. */
  rungs(): Rung[] {
    const rungs: Rung[] = [];
    let below = this.#others;
    for (let span = Math.floor(this.#highest / SPAN); span * SPAN >= this.#least; span--) {
      const n = this.#count(span);
      if (n === 0) continue;
      below -= n;
      rungs.push(this.#rung(span * SPAN, SPAN, n, 1));
    }
    if (below > 0) rungs.push(this.#bottom(below));
    return rungs;
  }

  error({ span }: Rung, divisor: number): number {
    return span === 0 ? 1 : STEP_ERROR / divisor + SPREAD_ERROR / (divisor * divisor);
  }

  weigh({ cell, span, n, share }: Rung, divisor: number): CellSums {
    return span === 0 ? this.#bottomSums(n / share, divisor) : this.#sums(cell!, span!, divisor);
  }

  split({ cell, span }: Rung, divisor: number): Rung[] | undefined {
    if (span !== SPAN) return undefined;
    const rungs: Rung[] = [];
    for (let one = Math.min(this.#highest, cell! + SPAN - 1); one >= cell!; one--) {
      const n = this.#countOf(one);
      if (n > 0) rungs.push(this.#rung(one, 1, n, divisor));
    }
    return rungs;
  }

  #rung(cell: number, span: number, n: number, divisor: number): Rung {
    const edge = (cell + span) * WIDTH, closed = edge > this.#ceiling;
    const facts = { cell, span, n, high: closed ? this.#ceiling : edge, deep: cell * WIDTH, closed };
    return cellRung(
      span === 1 ? { ...facts, mean: this.#meanOf(cell, n) } : facts,
      this.weigh({ ...facts, share: 1 } as Rung, divisor),
      divisor,
    );
  }

  /** The tokens more than 63 units below the largest: their mass is next to nothing. */
  #bottom(n: number): Rung {
    const high = Math.min(this.#ceiling, this.#least * WIDTH);
    const facts = { cell: this.#least - 1, span: 0, n, high, deep: -Number.MAX_VALUE, closed: high === this.#ceiling };
    return cellRung(facts, this.#bottomSums(n, 1), 1);
  }

  #bottomSums(n: number, divisor: number): CellSums {
    const d = (Math.min(this.#ceiling, this.#least * WIDTH) - this.#origin) / divisor;
    const weight = exp(d), m = n * weight / 2;
    return [m, m * d, m * weight];
  }

  #place(cell: number): number {
    return 2 * (slotOf(Math.floor(cell / SPAN)) * SPAN + cell - Math.floor(cell / SPAN) * SPAN);
  }

  #countOf(cell: number): number {
    const n = this.#words[this.#place(cell) + 1] >>> 4;
    return cell === this.#highest ? n - this.#taken.n : n;
  }

  #count(span: number): number {
    const last = Math.min(this.#highest, span * SPAN + SPAN - 1);
    let n = 0;
    for (let cell = span * SPAN; cell <= last; cell++) n += this.#countOf(cell);
    return n;
  }

  /** The mean of a cell's logits. */
  #meanOf(cell: number, n: number): number {
    return cell * WIDTH + this.#meanOffset(cell, n);
  }

  #meanOffset(cell: number, n: number): number {
    const at = this.#place(cell);
    const steps = (this.#words[at + 1] & 15) * 4294967296 + this.#words[at] -
      (cell === this.#highest ? this.#taken.steps : 0);
    return (steps / n + 0.5) / STEPS;
  }

  #sums(first: number, span: number, divisor: number): CellSums {
    let m = 0, h = 0, q = 0;
    const last = Math.min(this.#highest, first + span - 1);
    for (let cell = last; cell >= first; cell--) {
      const n = this.#countOf(cell);
      if (n === 0) continue;
      const offset = this.#meanOffset(cell, n);
      const d = Math.min(0, (cell * WIDTH + offset - this.#origin) / divisor);
      // Of several tokens the spread is known to lie between none and the widest that has this mean.
      const spread = n === 1 ? 0 : offset * (WIDTH - offset) / 2 / (divisor * divisor);
      const weight = exp(d);
      const mass = n * weight * (1 + spread / 2);
      m += mass;
      h += mass * (d + spread);
      q += n * weight * weight * (1 + 2 * spread);
    }
    return m === 0 ? NOTHING : [m, h, q];
  }
}
