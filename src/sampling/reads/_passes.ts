// What a pass over a weighed row finds out. Any cut and order of blocks gives the same.
import { Column, type Kernels, type Measure, TILE, Total } from "../../../kernels/mod.ts";
import { Accumulator, elementBytes, SweptBlock, type Values, viewOf } from "../../row/inside.ts";
import { type Heap, heapOf, offer, scanBlock } from "../../row/mod.ts";
import type { LogitRange } from "../cuts/_logit_range.ts";
import type { Noise } from "../draws/_noise.ts";
import { mergeProposals, newProposals, type Proposals, race } from "../draws/_proposals.ts";
import { rowsAt, type WeighedBlock } from "./_weighed_block.ts";

/** Goes through a row block by block. */
export interface Pass<T> {
  block(block: WeighedBlock): void;
  /** Adds what the same pass over another part has found. */
  merge(from: Pass<T>): void;
  /** What it has found. Called once. */
  result(): T;
}

/** What the logits of a range add up to. */
export interface RangeSums {
  readonly n: number;
  /** The mass is `mantissa * 2^exponent`, or the sum of the squares. */
  readonly mantissa: number;
  readonly exponent: number;
  /** The mean of the binary exponents under the weights, about `exponent`; 0 unless moments are measured. */
  readonly mean: number;
}

/** Masked sums: each tile's, deposited in a slot. */
export class SumsPass implements Pass<RangeSums> {
  #n = 0;
  #sum: Accumulator | undefined;
  #kernels: Kernels | undefined;

  constructor(readonly range: LogitRange, readonly measure: Measure) {}

  block(block: WeighedBlock): void {
    const { kernels, logits, weights, table, count } = block, { range: { low, high }, measure } = this;
    kernels.arena.lend((lane) => {
      const n = kernels.sumBetween(measure, logits, weights, count, table, low, high, lane.table);
      if (n === 0) return;
      this.#n += n;
      const tiles = Math.ceil(count / TILE);
      if (measure === "moments" && block.divisor !== 1) divideMoments(lane.rows, tiles, block);
      this.#enter(kernels).deposit(measure === "moments" ? "moments" : "sum", lane.table, tiles);
    });
  }

  #enter(kernels: Kernels): Accumulator {
    this.#kernels = kernels;
    return this.#sum ??= new Accumulator(kernels);
  }

  merge(from: SumsPass): void {
    this.#n += from.#n;
    if (from.#sum) this.#enter(from.#kernels!).absorb(from.#sum);
  }

  result(): RangeSums {
    if (!this.#sum) return { n: this.#n, mantissa: 0, exponent: 0, mean: 0 };
    this.#sum.total();
    const { results } = this.#kernels!.arena;
    const [mantissa, exponent, mean] = [results[Total.mantissa], results[Total.exponent], results[Total.mean]];
    this.#sum.close();
    return { n: this.#n, mantissa, exponent, mean };
  }
}

/** The kernel's moments are those of the logits as they are: makes them moments of the divided ones. */
function divideMoments(rows: Float64Array, tiles: number, { kernels: { base }, divisor, origin }: WeighedBlock): void {
  const shift = origin * (base.hi + base.lo);
  for (let at = 0; at < tiles * Column.stride; at += Column.stride) {
    const sum = rows[at + Column.mantissa], exponent = rows[at + Column.exponent];
    const mean = rows[at + Column.moment] / sum + exponent;
    if (sum > 0) rows[at + Column.moment] = sum * ((mean - shift) / divisor - exponent);
  }
}

/** Tokens, by ascending ids. */
export interface ListedTokens {
  readonly values: Values;
  /** What they weigh, in units of a power of two; NaN where that is not known. */
  readonly shares: Values;
  readonly ids: Uint32Array;
}

/** Lists the tokens of a range. */
export class ListPass implements Pass<ListedTokens> {
  readonly #parts: (ListedTokens & { readonly start: number })[] = [];

  constructor(readonly range: LogitRange, readonly exponent: number) {}

  block({ kernels, logits, weights, table, count, start }: WeighedBlock): void {
    const { range: { low, high }, exponent } = this;
    kernels.arena.lendMany(2, ([a, b]) => {
      const n = kernels.listBetween(logits, weights, count, table, low, high, exponent, a.stage, a.mapped, b.stage);
      if (n === 0) return;
      const values = viewOf(kernels, a.stage, n).slice(), shares = viewOf(kernels, a.mapped, n).slice();
      const ids = new Uint32Array(kernels.memory, b.stage, n).slice();
      for (let i = 0; i < n; i++) ids[i] += start;
      this.#parts.push({ values, shares, ids, start });
    });
  }

  merge(from: ListPass): void {
    this.#parts.push(...from.#parts);
  }

  result(): ListedTokens {
    const parts = this.#parts.sort((a, b) => a.start - b.start);
    if (parts.length === 1) return parts[0];
    const size = parts.reduce((sum, { ids }) => sum + ids.length, 0);
    const Logits = parts[0]?.values instanceof Float64Array ? Float64Array : Float32Array;
    const values = new Logits(size), shares = new Logits(size), ids = new Uint32Array(size);
    let at = 0;
    for (const part of parts) {
      values.set(part.values, at);
      shares.set(part.shares, at);
      ids.set(part.ids, at);
      at += part.ids.length;
    }
    return { values, shares, ids };
  }
}

/** Finds the k-th largest logit, or -Infinity where there are fewer. */
export class BestPass implements Pass<number> {
  readonly #heap: Heap;

  constructor(k: number) {
    this.#heap = heapOf(k);
  }

  block({ kernels, logits, table, count, start, row }: WeighedBlock): void {
    const rows = rowsAt(kernels, table, Math.ceil(count / TILE));
    scanBlock(this.#heap, new SweptBlock(kernels, "maximum", { rows, mapped: logits }, logits, count, row, start));
  }

  merge(from: BestPass): void {
    const { values, ids, size } = from.#heap;
    for (let i = 0; i < size; i++) offer(this.#heap, values[i], ids[i]);
  }

  result(): number {
    const { size, k, values } = this.#heap;
    return size < k ? -Infinity : values[0];
  }
}

/** Finds the largest logit below a bound, or the smallest from it on; an infinity where there is none. */
export class NextPass implements Pass<number> {
  #found: number;

  constructor(readonly bound: number, readonly up: boolean) {
    this.#found = up ? Infinity : -Infinity;
  }

  block({ kernels, logits, table, count }: WeighedBlock): void {
    const { bound, up } = this, values = viewOf(kernels, logits, count);
    const rows = rowsAt(kernels, table, Math.ceil(count / TILE));
    let found = this.#found;
    for (let from = 0; from < count; from += TILE) {
      const maximum = rows[from / TILE * Column.stride + Column.maximum];
      if (up ? maximum < bound : maximum <= found) continue;
      for (const x of values.subarray(from, from + TILE)) {
        if (up ? x >= bound && x < found && x > -Infinity : x < bound && x > found) found = x;
      }
    }
    this.#found = found;
  }

  merge(from: NextPass): void {
    this.#found = this.up ? Math.min(this.#found, from.#found) : Math.max(this.#found, from.#found);
  }

  result(): number {
    return this.#found;
  }
}

/** Which draws are made of a range: so many from one on, of a round of random numbers of its own. */
export interface RaceOf {
  readonly range: LogitRange;
  readonly round: number;
  readonly first: number;
  readonly count: number;
}

/** Draws from the tokens of a range: see `_proposals.ts`. What is kept of the winners is their logits as the row has them. */
export class RacePass implements Pass<Proposals> {
  readonly #proposals: Proposals;
  readonly #range: LogitRange;
  readonly #noise: Noise;

  constructor({ range, round, first, count }: RaceOf, noise: Noise) {
    this.#proposals = { ...newProposals(count, round), first };
    this.#range = range;
    this.#noise = noise;
  }

  block({ kernels, logits, weights, table, count, start }: WeighedBlock): void {
    const { low, high } = this.#range, tiles = Math.ceil(count / TILE), bytes = elementBytes(kernels);
    const all = low === -Infinity && high === Infinity;
    kernels.arena.lend((lane) => {
      if (!all) kernels.sumBetween("mass", logits, weights, count, table, low, high, lane.table);
      const tile = (i: number) => {
        const values = viewOf(kernels, logits + i * TILE * bytes, Math.min(TILE, count - i * TILE));
        return all ? values : values.map((x) => x >= low && x < high ? x : -Infinity);
      };
      race(
        this.#proposals,
        { table: all ? rowsAt(kernels, table, tiles) : lane.rows, tiles, start, tile },
        this.#noise,
      );
    });
  }

  merge(from: RacePass): void {
    mergeProposals(this.#proposals, from.#proposals);
  }

  result(): Proposals {
    return this.#proposals;
  }
}
