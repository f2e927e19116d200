import { type Kernels, type RowStore, TABLE_ROW_BYTES, TILE, TILES } from "../../kernels/mod.ts";
import type { RowFacts, RowMap } from "../core/mod.ts";
import { isInvalid } from "./_invalid_row.ts";
import { type InvalidAs, mapRun } from "./_map_row.ts";
import { elementBytes, partOf, type Run, type Values, viewOf } from "./_run.ts";
import type { RowState } from "./row_state.ts";
import { StreamSum } from "./_stream_sum.ts";
import { SweptBlock } from "./_swept_block.ts";

/** A row that is kept whole in the row store, from its first logit on, so that it is mapped without being read again. */
export interface KeptRow {
  /** Where the logits from an id on would best be staged, if anywhere but in the lane. */
  place(start: number): number | undefined;
  /** Takes the next logits, which lie in the arena. */
  extend(run: Run): void;
  /** What is known of the row at its end. Called once. */
  facts(): RowFacts;
  /** Writes what the map makes of the logits from id `start` on to `out`, as many as it holds. */
  write(start: number, facts: RowFacts, invalid: InvalidAs, out: Values): void;
}

/** The weights of a row, to be shared out: one exponential a logit. One object for row after row. */
export class KeptWeights implements KeptRow {
  readonly #kernels: Kernels;
  readonly #sum: StreamSum;
  readonly #vocabulary: number;
  #store!: RowStore;
  #row = -1;

  constructor(kernels: Kernels, vocabulary: number) {
    this.#kernels = kernels;
    this.#sum = new StreamSum(kernels, "sum");
    this.#vocabulary = vocabulary;
  }

  /** Begins another row. */
  begin(row: number, store: RowStore): this {
    this.#row = row;
    this.#store = store;
    this.#sum.reset();
    return this;
  }

  place(): undefined {}

  /** Whole tiles are swept where they lie; the ends of others wait in the store until their tile is complete. */
  extend(run: Run): void {
    const { start, count } = run, end = start + count;
    const before = Math.min(count, (TILE - start % TILE) % TILE);
    const after = end === this.#vocabulary ? 0 : Math.min(count - before, end % TILE);
    if (before > 0) this.#wait(partOf(this.#kernels, run, 0, before));
    if (before < count - after) this.#keep(partOf(this.#kernels, run, before, count - after));
    if (after > 0) this.#wait(partOf(this.#kernels, run, count - after, count));
  }

  #wait(run: Run): void {
    const { at: [at], start, count } = run, end = start + count;
    const logits = this.#store.logits, bytes = elementBytes(this.#kernels);
    viewOf(this.#kernels, logits + start * bytes, count).set(viewOf(this.#kernels, at, count));
    if (end % TILE !== 0 && end !== this.#vocabulary) return;
    const first = end - 1 - (end - 1) % TILE;
    this.#keep({ ...run, at: [logits + first * bytes], start: first, count: end - first });
  }

  #keep({ lanes: [lane], at: [at], start, count, by }: Run): void {
    const kernels = this.#kernels, table = this.#tableOf(start), weights = this.#weightsOf(start);
    const invalid = by === undefined
      ? kernels.store(at, count, table, weights)
      : kernels.storeDivided(at, count, by, table, weights);
    // Only an invalid block is asked for its table.
    const own = invalid > 0 ? { ...lane, rows: new Float64Array(kernels.memory, table) } : lane;
    this.#sum.add(new SweptBlock(kernels, "sum", own, at, count, this.#row, start, by), table, invalid);
  }

  #tableOf(start: number): number {
    return this.#store.table + start / TILE * TABLE_ROW_BYTES;
  }

  #weightsOf(start: number): number {
    return this.#store.weights + start * elementBytes(this.#kernels);
  }

  facts(): RowFacts {
    const vocabulary = this.#vocabulary;
    const facts = this.#sum.facts({ index: this.#row, count: vocabulary, vocabulary });
    // Its slot is wanted no more: the row's facts are all that its shares need.
    this.#sum.close();
    return facts;
  }

  write(start: number, facts: RowFacts, invalid: InvalidAs, out: Values): void {
    if (isInvalid(facts)) return void out.fill(invalid === "zero" ? 0 : NaN);
    const kernels = this.#kernels, bytes = elementBytes(kernels);
    kernels.arena.lend(({ mapped }) => {
      for (let done = 0; done < out.length;) {
        // Tiles are shared out from their first weight on.
        const skip = (start + done) % TILE, first = start + done - skip;
        const size = Math.min(TILES * TILE - skip, out.length - done);
        kernels.share(
          this.#weightsOf(first),
          skip + size,
          this.#tableOf(first),
          mapped,
          facts.mantissa,
          facts.exponent,
        );
        out.set(viewOf(kernels, mapped + skip * bytes, size), done);
        done += size;
      }
    });
  }
}

/** The logits of a row, for maps that are no shares. */
export class KeptLogits implements KeptRow {
  readonly #rowMap: RowMap;
  readonly #state: RowState;
  readonly #store: RowStore;

  /** `state` sweeps the row, and has been reset to it. */
  constructor(rowMap: RowMap, state: RowState, store: RowStore) {
    this.#rowMap = rowMap;
    this.#state = state;
    this.#store = store;
  }

  place(start: number): number {
    return this.#store.logits + start * elementBytes(this.#state.kernels);
  }

  extend(run: Run): void {
    const { kernels } = this.#state, to = this.place(run.start);
    if (run.at[0] !== to) viewOf(kernels, to, run.count).set(viewOf(kernels, run.at[0], run.count));
    this.#state.extend(run);
  }

  facts(): RowFacts {
    return this.#state.finish().facts[0];
  }

  write(start: number, facts: RowFacts, invalid: InvalidAs, out: Values): void {
    const { kernels, row } = this.#state;
    kernels.arena.lend((lane) => {
      const run = { lanes: [lane], at: [this.place(start)], count: out.length, row, start };
      mapRun(kernels, this.#rowMap, run, facts, invalid, out);
    });
  }
}
