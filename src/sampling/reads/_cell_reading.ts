// A row's cells as rungs. Of each cell the number of its tokens and the sum of their places is known, and so their mean; its mass at any
// temperature is then n e^mean (1 + variance / 2). The variance lies between 0 and that of two heaps at the cell's ends: half of the latter
// is taken, and what that may be off is `SPREAD_ERROR`.
import { Cell, exp, type Kernels } from "../../../kernels/mod.ts";
import type { Heap } from "../../row/mod.ts";
import { type Cells, leastOf, slotOf, SPAN, wordsOf } from "./_cells.ts";
import { cellRung, type CellSource, type CellSums, type Rung } from "../cuts/_rung.ts";

const STEPS = Cell.perUnit * Cell.steps;
const WIDTH = 1 / Cell.perUnit;
/** Up to here steps of 2^-18 are exact. */
const NARROW = 2 ** 34;
/**
 * Relative errors of a cell's mass at temperature T: `STEP_ERROR / T` for half a step of 2^-18, `SPREAD_ERROR / T^2` for how the tokens may
 * lie around their mean inside 1/256.
 */
const STEP_ERROR = 2e-6;
const SPREAD_ERROR = 1e-6;
/** Up to here the series of `e^t` below is exact to 1e-12. */
const SHORT = 0.02;

/** What a row's cells hold besides the best tokens, which are known one by one. */
export class CellReading implements CellSource {
  readonly #words: Uint32Array;
  readonly #least: number;
  readonly #origin: number;
  /** The smallest of the best tokens: no other token is larger. */
  readonly #ceiling: number;
  readonly #highest: number;
  /** What the best tokens, which are known one by one, have added to the highest cell. */
  readonly #listed = { n: 0, steps: 0 };
  readonly #others: number;

  /** Reads the cells of a row; `best` is full, and `others` tokens are not in it. */
  constructor(kernels: Kernels, cells: Cells, best: Heap, origin: number, others: number) {
    this.#words = wordsOf(cells, kernels);
    this.#least = leastOf(cells);
    this.#origin = origin;
    this.#ceiling = best.values[0];
    this.#highest = Math.floor(this.#ceiling * Cell.perUnit);
    this.#others = others;
    for (let i = 0; i < best.size; i++) {
      const step = Math.floor(best.values[i] * STEPS);
      if (Math.floor(step / Cell.steps) !== this.#highest) continue;
      this.#listed.n++;
      this.#listed.steps += step - this.#highest * Cell.steps;
    }
  }

  /** All cells, best first: spans of 64, then what lies below them. */
  rungs(): Rung[] {
    const rungs: Rung[] = [];
    let below = this.#others;
    for (let span = Math.floor(this.#highest / SPAN); below > 0 && span * SPAN >= this.#least; span--) {
      const n = this.#count(span);
      if (n === 0) continue;
      below -= n;
      rungs.push(this.#spanRung(span * SPAN, n));
    }
    if (below > 0) rungs.push(this.#bottom(below));
    return rungs;
  }

  error({ span }: Rung, divisor: number): number {
    return span === 0 ? 1 : STEP_ERROR / divisor + SPREAD_ERROR / (divisor * divisor);
  }

  sumsAt({ cell, span, n, share }: Rung, divisor: number): CellSums {
    return span === 0 ? this.#bottomSums(n / share, divisor) : this.#sums(cell!, span!, divisor);
  }

  split({ cell, span }: Rung, divisor: number): Rung[] | undefined {
    if (span !== SPAN) return undefined;
    const rungs: Rung[] = [];
    for (let one = Math.min(this.#highest, cell! + SPAN - 1); one >= cell!; one--) {
      const n = this.#countAt(this.#placeOf(one), one);
      if (n > 0) rungs.push(this.#cellRung(one, n, divisor));
    }
    return rungs;
  }

  #spanRung(cell: number, n: number): Rung {
    const facts = { cell, span: SPAN, n, ...this.#bounds(cell * WIDTH, (cell + SPAN) * WIDTH) };
    return cellRung(facts, this.#sums(cell, SPAN, 1), 1);
  }

  #cellRung(cell: number, n: number, divisor: number): Rung {
    const steps = this.#stepsAt(this.#placeOf(cell), cell), lower = cell * WIDTH;
    // The sum of one place is the place; so far out that float64 has no such small steps, it is no narrower than the cell.
    const narrow = n === 1 && Math.abs(lower) < NARROW;
    const bounds = narrow
      ? this.#bounds(lower + steps / STEPS, lower + (steps + 1) / STEPS)
      : this.#bounds(lower, lower + WIDTH);
    const facts = { cell, span: 1, n, ...bounds, mean: lower + (steps / n + 0.5) / STEPS };
    return cellRung(facts, this.#sums(cell, 1, divisor), divisor);
  }

  #bounds(rawLower: number, edge: number): Pick<Rung, "rawUpper" | "rawLower" | "closed"> {
    const closed = edge > this.#ceiling;
    return { rawUpper: closed ? this.#ceiling : edge, rawLower, closed };
  }

  /** The tokens more than 63 units below the largest: their mass is next to nothing. */
  #bottom(n: number): Rung {
    const rawUpper = Math.min(this.#ceiling, this.#least * WIDTH), closed = rawUpper === this.#ceiling;
    const facts = { cell: this.#least - 1, span: 0, n, rawUpper, rawLower: -Number.MAX_VALUE, closed };
    return cellRung(facts, this.#bottomSums(n, 1), 1);
  }

  #bottomSums(n: number, divisor: number): CellSums {
    const d = (Math.min(this.#ceiling, this.#least * WIDTH) - this.#origin) / divisor;
    const weight = exp(d), m = n * weight / 2;
    return [m, m * d, m * weight];
  }

  #placeOf(cell: number): number {
    const span = Math.floor(cell / SPAN);
    return 2 * (SPAN * slotOf(span) + cell - SPAN * span);
  }

  /** How many tokens a cell holds. */
  #countAt(place: number, cell: number): number {
    const n = this.#words[place + 1] >>> 4;
    return cell === this.#highest ? n - this.#listed.n : n;
  }

  /** The sum of their places in it. */
  #stepsAt(place: number, cell: number): number {
    const steps = (this.#words[place + 1] & 15) * 4294967296 + this.#words[place];
    return cell === this.#highest ? steps - this.#listed.steps : steps;
  }

  #count(span: number): number {
    const first = span * SPAN, last = Math.min(this.#highest, first + SPAN - 1);
    let place = this.#placeOf(first), n = 0;
    for (let cell = first; cell <= last; cell++, place += 2) n += this.#countAt(place, cell);
    return n;
  }

  #sums(first: number, span: number, divisor: number): CellSums {
    const last = Math.min(this.#highest, first + span - 1);
    const by = 1 / divisor, step = exp(WIDTH * by);
    let place = this.#placeOf(first);
    // From cell to cell the weight of the lower edge grows by one factor: one exponential serves all.
    let d = (first * WIDTH - this.#origin) * by, edge = exp(d);
    let m = 0, h = 0, q = 0;
    for (let cell = first; cell <= last; cell++, place += 2, d += WIDTH * by, edge *= step) {
      const n = this.#countAt(place, cell);
      if (n === 0) continue;
      const offset = (this.#stepsAt(place, cell) / n + 0.5) / STEPS, t = offset * by;
      const weight = edge * (t < SHORT ? 1 + t * (1 + t / 2 * (1 + t / 3 * (1 + t / 4 * (1 + t / 5)))) : exp(t));
      // Half the variance of two heaps at the ends of the cell with this mean; a single token has none.
      const spread = n === 1 ? 0 : offset * (WIDTH - offset) / 2 * by * by;
      const mass = n * weight * (1 + spread / 2);
      m += mass;
      h += mass * (d + t + spread);
      q += n * weight * weight * (1 + 2 * spread);
    }
    return [m, h, q];
  }
}
