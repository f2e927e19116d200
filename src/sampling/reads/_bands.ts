// The second and third read of a row: tokens in doubt one by one, sums of the bands between them.
import { Column, TILE } from "../../../kernels/mod.ts";
import type { Block } from "../../core/mod.ts";
import { elementBytes, type Values, viewOf } from "../../row/inside.ts";
import type { BandPlan } from "./_band_plan.ts";
import { raceScratch, sweepEdited } from "./_findings.ts";
import type { Noise } from "../draws/_noise.ts";
import { mergeProposals, newProposals, type Proposals } from "../draws/_proposals.ts";
import { cellRung, type CellSums, type LogitRange } from "../cuts/_rung.ts";
import { RungLadder } from "../cuts/_rung_ladder.ts";
import { TokenList } from "./_token_list.ts";

/** The state of a later read. Sums are whole numbers of their quantum: any order of tiles gives the same bits. Plain data. */
export interface Bands {
  backend: string;
  element: string;
  /** For each band and temperature: count, mass, moment, squares. */
  readonly sums: Float64Array;
  size: number;
  values: Values;
  ids: Uint32Array;
  readonly proposals: Proposals | null;
}

/** Sums of a band at a temperature. */
const SUMS = 4;

/** Nothing found yet. */
export function newBands({ bands, divisors, proposals, round, drawn }: BandPlan): Bands {
  return {
    backend: "",
    element: "f32",
    sums: new Float64Array(bands.length * divisors.length * SUMS),
    size: 0,
    values: new Float32Array(0),
    ids: new Uint32Array(0),
    proposals: proposals > 0 && drawn.length > 0 ? newProposals(proposals, round) : null,
  };
}

/** `ceil(log2(x))` of a number of at least 1, or one more. */
function bitsOf(x: number): number {
  return 32 - Math.clz32(Math.ceil(Math.min(x, 2 ** 31)));
}

/**
 * The quanta of a band's sums: powers of two that leave 52 bits for the largest sum there can be, of a whole vocabulary of tokens at the
 * band's upper end, d below the largest logit: mass e^-d, moment (2 + d) e^-d at most, squares e^-2d.
 */
function quantaOf({ high }: LogitRange, { top, vocabulary }: BandPlan, divisor: number): readonly number[] {
  const d = (top - Math.min(high, top)) / divisor;
  const height = Math.ceil(-d * Math.LOG2E) + bitsOf(vocabulary) - 52;
  return [1, power(height), power(height + bitsOf(2 + d)), power(height - Math.floor(d * Math.LOG2E))];
}

function power(k: number): number {
  return k < -1000 ? 0 : 2 ** k;
}

/** Adds up blocks of a row. */
export class BandFold {
  readonly plan: BandPlan;
  readonly #noise: Noise;
  readonly #quanta: readonly (readonly number[])[];

  constructor(plan: BandPlan, noise: Noise) {
    this.plan = plan;
    this.#noise = noise;
    this.#quanta = plan.bands.flatMap((band) => plan.divisors.map((divisor) => quantaOf(band, plan, divisor)));
  }

  /** Folds a block of the row. */
  block(state: Bands, block: Block): void {
    state.backend = block.kernels.backend;
    state.element = block.kernels.element;
    if (this.plan.edits.length === 0) return this.#tiles(state, block);
    sweepEdited(block, this.plan.edits, "maximum", (edited) => this.#tiles(state, edited));
  }

  #tiles(state: Bands, { kernels, values, start, table, at }: Block): void {
    const bytes = elementBytes(kernels);
    for (let from = 0; from < values.length; from += TILE) {
      const maximum = table[from / TILE * Column.stride + Column.maximum];
      const tile = { kernels, at: at + from * bytes, values: values.subarray(from, from + TILE), start: start + from };
      for (const range of this.plan.listed) if (maximum >= range.low) list(state, tile, range);
      this.plan.bands.forEach((band, i) => {
        if (maximum >= band.low) this.#addSums(state, tile, band, i);
      });
      if (state.proposals) this.#race(state.proposals, tile);
    }
  }

  #addSums({ sums }: Bands, { kernels, at, values }: Tile, { low, high }: LogitRange, band: number): void {
    const { out, results } = kernels.arena;
    const { divisors, top } = this.plan;
    divisors.forEach((divisor, i) => {
      const place = band * divisors.length + i, quanta = this.#quanta[place];
      kernels.weigh(at, values.length, low, high, top, divisor, out);
      for (let j = 0; j < SUMS; j++) if (quanta[j] > 0) sums[place * SUMS + j] += Math.round(results[j] / quanta[j]);
    });
  }

  #race(proposals: Proposals, { kernels, at, values, start }: Tile): void {
    const { scratch } = kernels.arena, { length } = values;
    const { drawn: [first, ...others], by } = this.plan;
    kernels.within(at, length, first.low, first.high, scratch);
    const masked = viewOf(kernels, scratch, length);
    for (const { low, high } of others) {
      values.forEach((x, i) => {
        if (x >= low && x < high) masked[i] = x;
      });
    }
    const kept = by === 1 ? masked : masked.slice();
    if (by !== 1) kernels.divide(scratch, length, by);
    raceScratch(proposals, kernels, { values: kept, start }, this.#noise);
  }

  /** Adds what another part found. */
  merge(into: Bands, from: Readonly<Bands>): void {
    if (from.backend === "") return;
    into.backend = from.backend;
    into.element = from.element;
    for (let i = 0; i < into.sums.length; i++) into.sums[i] += from.sums[i];
    makeRoom(into, from.size);
    into.values.set(from.values.subarray(0, from.size), into.size);
    into.ids.set(from.ids.subarray(0, from.size), into.size);
    into.size += from.size;
    if (into.proposals && from.proposals) mergeProposals(into.proposals, from.proposals);
  }

  /** The ladder that a whole row's bands make: a band is a cell, known at the temperatures that were planned, and never split. */
  ladder(state: Readonly<Bands>): RungLadder {
    const { bands, top, divisors } = this.plan;
    const ladder = new RungLadder(top, state.element === "f64");
    ladder.source = {
      error: () => 0,
      sumsAt: ({ cell }, divisor) => {
        const at = divisors.indexOf(divisor);
        return at < 0 ? undefined : this.#sums(state, cell, at).sums;
      },
      split: () => undefined,
    };
    const list = new TokenList(state);
    bands.forEach(({ low, high }, cell) => {
      list.pushFrom(ladder, high);
      const { n, sums } = this.#sums(state, cell, 0);
      const facts = { cell, span: 1, n, rawUpper: Math.min(high, top), rawLower: low, closed: high > top };
      if (n > 0) ladder.push(cellRung(facts, sums, 1));
    });
    list.pushFrom(ladder, -Infinity);
    return ladder;
  }

  /** The number of a band's tokens, and their sums at one of the temperatures. */
  #sums({ sums }: Readonly<Bands>, band: number, divisor: number): { readonly n: number; readonly sums: CellSums } {
    const place = band * this.plan.divisors.length + divisor;
    const [n, m, h, q] = this.#quanta[place].map((quantum, j) => sums[place * SUMS + j] * quantum);
    return { n, sums: [m, h, q] };
  }
}

/** One tile of the row, in the arena and as a view. */
type Tile = Pick<Block, "kernels" | "at" | "values" | "start">;

/** Lists the tokens of a tile in a range. */
function list(state: Bands, { kernels, at, values, start }: Tile, { low, high }: LogitRange): void {
  const { scratch, indices } = kernels.arena;
  kernels.within(at, values.length, low, high, scratch);
  const found = kernels.collect(scratch, values.length, -Infinity, false, indices);
  makeRoom(state, found);
  for (const i of new Uint32Array(kernels.memory, indices, found)) {
    state.values[state.size] = values[i];
    state.ids[state.size++] = start + i;
  }
}

function makeRoom(state: Bands, more: number): void {
  const wanted = state.size + more;
  const Logits = state.element === "f64" ? Float64Array : Float32Array;
  if (wanted <= state.ids.length && state.values instanceof Logits) return;
  const room = Math.max(64, wanted, 2 * state.ids.length);
  const values = new Logits(room), ids = new Uint32Array(room);
  values.set(state.values);
  ids.set(state.ids);
  state.values = values;
  state.ids = ids;
}
