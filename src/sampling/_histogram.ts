import { exp } from "../../kernels/mod.ts";
import type { Block } from "../core/mod.ts";
import { eachEdited } from "./_findings.ts";
import { GROUP, Ladder } from "./_ladder.ts";
import { exponential, type Noise, Purpose } from "./_noise.ts";
import type { Edit } from "./stage.ts";

/** Cells of an octave of the distance from the largest logit, and the octaves from 2^-30 to the end of float32. */
const PER_OCTAVE = 64;
const FIRST = (127 - 30) * PER_OCTAVE;
/** How many cells: 0 is the largest logit itself. */
export const CELLS = 255 * PER_OCTAVE - FIRST + 2;

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

/** The cell of a logit that lies `d` below the largest. Grows with d. */
export function cellOf(d: number): number {
  if (d === 0) return 0;
  float[0] = d;
  const key = (word[0] >>> 17) - FIRST;
  return key < 0 ? 1 : 1 + key;
}

/** Where a cell begins, as a distance from the largest logit. */
function edgeOf(cell: number): number {
  if (cell <= 1) return 0;
  word[0] = (cell - 1 + FIRST) << 17;
  return float[0];
}

/** What a histogram is to find out. */
export interface HistogramPlan {
  /** The largest logit: cells are distances from it. */
  readonly top: number;
  readonly vocabulary: number;
  readonly edits: readonly Edit[];
  /** Cells whose tokens are listed one by one. */
  readonly hot: ReadonlySet<number>;
  /** Values whose tokens are noted as bits, an id each: large groups of equal logits. */
  readonly groups: readonly number[];
  /** Temperatures, one after the other, at which masses are wanted besides the first scale. */
  readonly temperatures: readonly number[];
  /** Tokens to draw. */
  readonly draws: number;
  /** Which sums are wanted besides counts and masses. */
  readonly sums: { readonly spread: boolean; readonly moment: boolean; readonly squares: boolean };
}

/** Columns of the table of cells; then three for each temperature: mass, moment, squares. */
const COUNT = 0, HIGH = 1, LOW = 2, SUM = 3, SQUARES = 4, SCALED = 5;

/**
 * The state of a later read: the row as sums over some thousand cells of logit value, with the tokens of a few cells listed. Sums
 * are whole numbers of a cell's own quantum, so that any order of tiles gives the same bits. Plain data.
 */
export interface Histogram {
  readonly row: number;
  cells: Float64Array;
  size: number;
  values: Float64Array;
  ids: Float64Array;
  readonly bits: Uint32Array;
  /** The race inside each cell, `draws` places a cell: key, id, logit. */
  readonly race: Float64Array;
}

/** How many columns a plan needs. */
function columnsOf({ temperatures }: HistogramPlan): number {
  return SCALED + 3 * (temperatures.length + 1);
}

/** Nothing found yet. */
export function histogramOf(row: number, plan: HistogramPlan): Histogram {
  const words = Math.ceil(plan.vocabulary / 32);
  return {
    row,
    cells: new Float64Array(CELLS * columnsOf(plan)),
    size: 0,
    values: new Float64Array(64),
    ids: new Float64Array(64),
    bits: new Uint32Array(words * plan.groups.length),
    race: new Float64Array(3 * CELLS * plan.draws),
  };
}

/** The quanta of a cell: powers of two that every addend is rounded to. */
interface Quanta {
  readonly sum: number;
  readonly squares: number;
  readonly mass: readonly number[];
  readonly moment: readonly number[];
  readonly power: readonly number[];
}

/** 2^k, 0 where that is too small to matter. */
function power(k: number): number {
  return k < -1000 ? 0 : 2 ** k;
}

/** The k of `2^k <= x < 2^(k+1)`, for a float32 x above 2^-126. */
function octaveOf(x: number): number {
  float[0] = x;
  return (word[0] >>> 23) - 127;
}

function quantaOf(cell: number, divisors: readonly number[]): Quanta {
  const from = edgeOf(cell);
  const far = octaveOf(cell < 2 ? 2 ** -30 : from) + 1;
  const heights = divisors.map((t) => Math.ceil(-from / t * Math.LOG2E) + 1);
  return {
    sum: power(far - 32),
    squares: power(2 * far - 32),
    mass: heights.map((k) => power(k - 32)),
    moment: heights.map((k, i) => power(k + far - octaveOf(divisors[i]) - 31)),
    power: heights.map((k) => power(2 * k - 32)),
  };
}

/** Adds up blocks of a row into a histogram. */
export class HistogramFold {
  readonly plan: HistogramPlan;
  readonly #noise: Noise;
  readonly #columns: number;
  readonly #divisors: readonly number[];
  readonly #quanta: Quanta[] = [];
  readonly #hot = new Uint8Array(CELLS);
  readonly #groups: Map<number, number>;
  readonly #words: number;

  constructor(plan: HistogramPlan, noise: Noise) {
    this.plan = plan;
    this.#noise = noise;
    for (const cell of plan.hot) this.#hot[cell] = 1;
    this.#columns = columnsOf(plan);
    this.#groups = new Map(plan.groups.map((value, i) => [value, i]));
    this.#words = Math.ceil(plan.vocabulary / 32);
    let divisor = 1;
    this.#divisors = [1, ...plan.temperatures.map((t) => divisor *= t)];
  }

  /** Folds a block of the row. */
  block(state: Histogram, block: Block): void {
    if (this.plan.edits.length === 0) return this.#values(state, block.values, block.start);
    eachEdited(block, this.plan.edits, "maximum", ({ values, start }) => this.#values(state, values, start));
  }

  #values(state: Histogram, values: Float32Array | Float64Array, start: number): void {
    for (let i = 0; i < values.length; i++) if (values[i] > -Infinity) this.#add(state, values[i], start + i);
  }

  #quantaOf(cell: number): Quanta {
    return this.#quanta[cell] ??= quantaOf(cell, this.#divisors);
  }

  #add(state: Histogram, x: number, id: number): void {
    const d = this.plan.top - x;
    const cell = cellOf(d);
    const at = cell * this.#columns;
    const { cells } = state;
    if (cells[at + COUNT] === 0) {
      cells[at + HIGH] = x;
      cells[at + LOW] = x;
    } else {
      if (x > cells[at + HIGH]) cells[at + HIGH] = x;
      if (x < cells[at + LOW]) cells[at + LOW] = x;
    }
    cells[at + COUNT]++;
    const quanta = this.#quantaOf(cell);
    if (this.plan.sums.spread) {
      cells[at + SUM] += Math.round(d / quanta.sum);
      cells[at + SQUARES] += Math.round(d / quanta.squares * d);
    }
    const weight = this.#addMasses(cells, at + SCALED, d, quanta);
    if (this.#hot[cell] === 0) this.#race(state.race, cell, x, id, weight);
    else this.#list(state, x, id);
  }

  #addMasses(cells: Float64Array, at: number, d: number, quanta: Quanta): number {
    const { moment, squares } = this.plan.sums;
    let weight = 0;
    for (let j = 0; j < this.#divisors.length; j++, at += 3) {
      const y = d / this.#divisors[j];
      weight = exp(-y);
      if (!(weight > 0) || quanta.power[j] === 0) continue;
      cells[at] += Math.round(weight / quanta.mass[j]);
      if (moment) cells[at + 1] += Math.round(weight * y / quanta.moment[j]);
      if (squares) cells[at + 2] += Math.round(weight / quanta.power[j] * weight);
    }
    return weight;
  }

  #list(state: Histogram, x: number, id: number): void {
    const group = this.#groups.get(x);
    if (group !== undefined) {
      state.bits[group * this.#words + Math.floor(id / 32)] |= 1 << (id % 32);
      return;
    }
    if (state.size === state.values.length) {
      state.values = grown(state.values);
      state.ids = grown(state.ids);
    }
    state.values[state.size] = x;
    state.ids[state.size++] = id;
  }

  #race(race: Float64Array, cell: number, x: number, id: number, weight: number): void {
    if (!(weight > 0)) return;
    const { draws } = this.plan;
    const first = 3 * cell * draws, last = first + 3 * (draws - 1);
    const u = this.#noise.small(Purpose.race, id);
    if (weight / u < race[last]) return;
    enter(race, first, last, weight / exponential(u), id, x);
  }

  /** Adds what another part found. */
  merge(into: Histogram, from: Readonly<Histogram>): void {
    for (let cell = 0; cell < CELLS; cell++) {
      const at = cell * this.#columns;
      if (from.cells[at + COUNT] > 0) this.#mergeCell(into, from, cell, at);
    }
    for (let i = 0; i < from.bits.length; i++) into.bits[i] |= from.bits[i];
    for (let i = 0; i < from.size; i++) this.#list(into, from.values[i], from.ids[i]);
  }

  #mergeCell(into: Histogram, from: Readonly<Histogram>, cell: number, at: number): void {
    const a = into.cells, b = from.cells;
    const empty = a[at + COUNT] === 0;
    a[at + HIGH] = empty ? b[at + HIGH] : Math.max(a[at + HIGH], b[at + HIGH]);
    a[at + LOW] = empty ? b[at + LOW] : Math.min(a[at + LOW], b[at + LOW]);
    a[at + COUNT] += b[at + COUNT];
    for (let j = SUM; j < this.#columns; j++) a[at + j] += b[at + j];
    const { draws } = this.plan;
    const first = 3 * cell * draws;
    for (let j = first; j < first + 3 * draws; j += 3) {
      enter(into.race, first, first + 3 * (draws - 1), from.race[j], from.race[j + 1], from.race[j + 2]);
    }
  }

  /** The ladder that a whole row's histogram makes. */
  ladder(state: Readonly<Histogram>): Ladder {
    const ladder = new Ladder(this.plan.top);
    const { order, sorted } = ranking(state);
    const groups = this.plan.groups.map((x, group) => ({ x, group })).sort((a, b) => b.x - a.x);
    let next = 0;
    for (let cell = 0; cell < CELLS; cell++) {
      const at = cell * this.#columns;
      if (state.cells[at + COUNT] === 0) continue;
      if (this.#hot[cell] === 0) {
        this.#pushCell(ladder, state, cell, at);
        continue;
      }
      const low = state.cells[at + LOW];
      for (;;) {
        const token = next < sorted.length && sorted[next] >= low ? sorted[next] : -Infinity;
        const group = groups.length > 0 && groups[0].x >= low ? groups[0].x : -Infinity;
        if (token === -Infinity && group === -Infinity) break;
        if (token >= group) ladder.push(state.ids[order[next++]], token, 1, cell);
        else this.#pushGroup(ladder, state, groups.shift()!.group, cell);
      }
    }
    ladder.temperatures = this.plan.temperatures;
    ladder.sums = (cell, scaled) => this.#sums(state, cell, scaled);
    ladder.moments = (cell) => {
      const { sum, squares } = this.#quantaOf(cell);
      const at = cell * this.#columns;
      return [state.cells[at + SUM] * sum, state.cells[at + SQUARES] * squares];
    };
    return ladder;
  }

  #pushGroup(ladder: Ladder, state: Readonly<Histogram>, group: number, cell: number): void {
    const n = countBits(state.bits.subarray(group * this.#words, (group + 1) * this.#words));
    if (n === 0) return;
    (ladder.groups ??= new Map()).set(ladder.size, group);
    ladder.push(GROUP, this.plan.groups[group], n, cell);
  }

  #pushCell(ladder: Ladder, state: Readonly<Histogram>, cell: number, at: number): void {
    const n = state.cells[at + COUNT];
    const first = 3 * cell * this.plan.draws;
    if (n === 1 && state.race[first] > 0) ladder.push(state.race[first + 1], state.cells[at + HIGH], 1, cell);
    else {
      const [m, h, q] = this.#sums(state, cell, 0);
      ladder.pushCell(cell, state.cells[at + HIGH], state.cells[at + LOW], n, m, h, q);
    }
  }

  #sums(state: Readonly<Histogram>, cell: number, scaled: number): [number, number, number] {
    const quanta = this.#quantaOf(cell);
    const at = cell * this.#columns + SCALED + 3 * scaled;
    return [
      state.cells[at] * quanta.mass[scaled],
      -state.cells[at + 1] * quanta.moment[scaled],
      state.cells[at + 2] * quanta.power[scaled],
    ];
  }

  /** The j-th best of a cell's race. */
  winner(state: Readonly<Histogram>, cell: number, j: number): { id: number; x: number } {
    const at = 3 * (cell * this.plan.draws + j);
    return { id: state.race[at + 1], x: state.race[at + 2] };
  }

  /** The j-th kept id, counted from the lowest, of a ladder's rung that is a group. */
  member(state: Readonly<Histogram>, { groups, skipped }: Ladder, rung: number, j: number): number {
    const group = groups!.get(rung)!;
    const bits = state.bits.subarray(group * this.#words, (group + 1) * this.#words);
    return nthBit(bits, j + (skipped?.get(rung) ?? 0));
  }
}

/** The listed tokens, best first: sorted values, and where each lies in the list. */
function ranking({ size, values, ids }: Readonly<Histogram>): { order: Uint32Array; sorted: Float64Array } {
  const order = Uint32Array.from({ length: size }, (_, i) => i);
  order.sort((a, b) => values[b] - values[a] || ids[a] - ids[b]);
  return { order, sorted: Float64Array.from(order, (i) => values[i]) };
}

/** Enters a race whose places are sorted, best first. */
function enter(race: Float64Array, first: number, last: number, key: number, id: number, x: number): void {
  if (!(key > 0)) return;
  let at = last;
  if (key < race[at] || (key === race[at] && id > race[at + 1])) return;
  while (at > first && (key > race[at - 3] || (key === race[at - 3] && id < race[at - 2]))) {
    race.copyWithin(at, at - 3, at);
    at -= 3;
  }
  race[at] = key;
  race[at + 1] = id;
  race[at + 2] = x;
}

function grown(values: Float64Array): Float64Array {
  const room = new Float64Array(2 * values.length);
  room.set(values);
  return room;
}

function bitsOf(word: number): number {
  let w = word - ((word >>> 1) & 0x55555555);
  w = (w & 0x33333333) + ((w >>> 2) & 0x33333333);
  return Math.imul((w + (w >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function countBits(bits: Uint32Array): number {
  let count = 0;
  for (const word of bits) count += bitsOf(word);
  return count;
}

function nthBit(bits: Uint32Array, n: number): number {
  for (let i = 0; i < bits.length; i++) {
    const count = bitsOf(bits[i]);
    if (n >= count) {
      n -= count;
      continue;
    }
    for (let bit = 0; bit < 32; bit++) if ((bits[i] >>> bit) & 1 && n-- === 0) return 32 * i + bit;
  }
  return -1;
}
