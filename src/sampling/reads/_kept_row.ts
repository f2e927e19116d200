// A row that is kept whole, so that nothing has to be read again: in the row store, with its weights, or, where somebody else has that, in
// memory of its own, and weighed anew for each pass. The same findings, to the bits.
import { type Kernels, type RowStore, TABLE_ROW_BYTES, TILE, TILES } from "../../../kernels/mod.ts";
import { applyTiles } from "../../core/inside.ts";
import type { RowFacts } from "../../core/mod.ts";
import { elementBytes, StreamSum, SweptBlock, type Values, viewOf } from "../../row/inside.ts";
import type { Edit } from "../stages/stage.ts";
import type { Pass } from "./_passes.ts";
import type { RowSource, Wanted } from "./_row_source.ts";
import { weighDivided, type WeighedBlock, type WeighedPlaces } from "./_weighed_block.ts";

/** Logits of a block: as many as a sweep takes. */
const BLOCK = TILES * TILE;

/** A row that is kept. */
export interface KeptRow extends RowSource {
  readonly kernels: Kernels;
  /** What is known of it as it is now. */
  facts(): RowFacts;
  /** Edits its logits: from here on the row is another. */
  edit(edits: readonly Edit[]): void;
}

/** Keeps a row, given in parts, edited, while something is done with it. */
export function keepRow<T>(
  kernels: Kernels,
  row: number,
  parts: readonly Values[],
  edits: readonly Edit[],
  work: (kept: KeptRow) => T,
): T {
  const tenant = {}, store = kernels.arena.lendStore(tenant);
  try {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const kept = store ? new StoredRow(kernels, row, length, store) : new LooseRow(kernels, row, length);
    kept.take(parts, edits);
    try {
      return work(kept);
    } finally {
      kept.close();
    }
  } finally {
    kernels.arena.giveStoreBack(tenant);
  }
}

/** What both have in common: blocks one after the other, passes over them, and what these have found. */
abstract class BlockRow implements KeptRow {
  readonly ways = 1;
  readonly perLogit: number;
  readonly #sum: StreamSum;
  readonly #found = new Map<string, unknown>();
  #facts: RowFacts | undefined;

  constructor(readonly kernels: Kernels, readonly row: number, readonly vocabulary: number) {
    this.#sum = new StreamSum(kernels, "sum");
    this.perLogit = kernels.base.hi + kernels.base.lo;
  }

  /** The logits from an id on, where they are kept. */
  protected abstract viewAt(start: number, count: number): Values;

  /** Calls with each block, its logits weighed; undivided weights are those that were there first. */
  protected abstract weighed(divisor: number, visit: (block: WeighedBlock) => void, step?: number): void;

  sample(step: number, divisor: number, passes: readonly Pass<unknown>[]): void {
    this.weighed(divisor, (block) => passes.forEach((pass) => pass.block(block)), step);
  }

  /** Takes all logits. */
  take(parts: readonly Values[], edits: readonly Edit[]): void {
    let start = 0;
    for (const part of parts) {
      this.viewAt(start, part.length).set(part);
      start += part.length;
    }
    this.edit(edits);
  }

  edit(edits: readonly Edit[]): void {
    this.#sum.reset();
    this.#found.clear();
    this.#facts = undefined;
    const { kernels, row } = this;
    this.eachBlock((start, count) => {
      if (edits.length > 0) applyTiles(edits, this.viewAt(start, count), row, start);
      this.sweep(start, count, (at, table, invalid) => {
        const rows = invalid > 0 ? new Float64Array(kernels.memory, table) : NO_ROWS;
        this.#sum.add(new SweptBlock(kernels, "sum", { rows, mapped: at }, at, count, row, start), table, invalid);
      });
    });
  }

  /** Stores the weights of a block, and tells where its logits and its table lie. */
  protected abstract sweep(
    start: number,
    count: number,
    swept: (at: number, table: number, invalid: number) => void,
  ): void;

  /** Visits all blocks, or one tile in `step`. */
  protected eachBlock(visit: (start: number, count: number) => void, step = 0): void {
    const size = step > 0 ? TILE : BLOCK, next = step > 0 ? step * TILE : BLOCK;
    for (let start = 0; start < this.vocabulary; start += next) visit(start, Math.min(size, this.vocabulary - start));
  }

  facts(): RowFacts {
    const { row: index, vocabulary } = this;
    return this.#facts ??= this.#sum.facts({ index, count: vocabulary, vocabulary });
  }

  get origin(): number {
    return this.facts().maximum;
  }

  get total(): RowFacts {
    return this.facts();
  }

  run(wanted: readonly Wanted[]): unknown[] {
    return wanted.map(({ key, divisor, make }) => {
      if (!this.#found.has(key)) {
        const pass = make();
        this.weighed(divisor, (block) => pass.block(block));
        this.#found.set(key, pass.result());
      }
      return this.#found.get(key);
    });
  }

  close(): void {
    this.#sum.close();
  }
}

const NO_ROWS = new Float64Array(0);

/** A row in the row store. */
class StoredRow extends BlockRow {
  readonly #store: RowStore;
  /** By what the logits were divided that the weights are of. */
  #divisor = 1;

  constructor(kernels: Kernels, row: number, vocabulary: number, store: RowStore) {
    super(kernels, row, vocabulary);
    this.#store = store;
  }

  #placesOf(start: number): WeighedPlaces {
    const bytes = elementBytes(this.kernels), { logits, weights, table } = this.#store;
    return {
      logits: logits + start * bytes,
      weights: weights + start * bytes,
      table: table + start / TILE * TABLE_ROW_BYTES,
    };
  }

  protected viewAt(start: number, count: number): Values {
    return viewOf(this.kernels, this.#store.logits + start * elementBytes(this.kernels), count);
  }

  protected sweep(start: number, count: number, swept: (at: number, table: number, invalid: number) => void): void {
    const { logits, weights, table } = this.#placesOf(start);
    this.#divisor = 1;
    swept(logits, table, this.kernels.store(logits, count, table, weights));
  }

  protected weighed(divisor: number, visit: (block: WeighedBlock) => void, step = 0): void {
    const { kernels, row, origin } = this;
    if (divisor !== this.#divisor) this.#weighAt(divisor);
    this.eachBlock(
      (start, count) => visit({ kernels, row, start, count, divisor, origin, ...this.#placesOf(start) }),
      step,
    );
  }

  #weighAt(divisor: number): void {
    const { kernels, origin } = this;
    this.#divisor = divisor;
    this.eachBlock((start, count) => {
      const places = this.#placesOf(start), { logits, weights, table } = places;
      if (divisor === 1) kernels.store(logits, count, table, weights);
      else kernels.arena.lend(({ stage }) => weighDivided(kernels, places, count, divisor, origin, stage));
    });
  }
}

/** A row in memory of its own. */
class LooseRow extends BlockRow {
  readonly #logits: Values;

  constructor(kernels: Kernels, row: number, vocabulary: number) {
    super(kernels, row, vocabulary);
    this.#logits = kernels.element === "f64" ? new Float64Array(vocabulary) : new Float32Array(vocabulary);
  }

  protected viewAt(start: number, count: number): Values {
    return this.#logits.subarray(start, start + count);
  }

  protected sweep(start: number, count: number, swept: (at: number, table: number, invalid: number) => void): void {
    const { kernels } = this;
    kernels.arena.lend(({ stage, mapped, table }) => {
      viewOf(kernels, stage, count).set(this.viewAt(start, count));
      swept(stage, table, kernels.store(stage, count, table, mapped));
    });
  }

  protected weighed(divisor: number, visit: (block: WeighedBlock) => void, step = 0): void {
    const { kernels, row, origin } = this;
    this.eachBlock(
      (start, count) =>
        kernels.arena.lendMany(2, ([{ stage: logits, mapped: weights, table }, { stage: spare }]) => {
          viewOf(kernels, logits, count).set(this.viewAt(start, count));
          const places = { logits, weights, table };
          kernels.store(logits, count, table, weights);
          if (divisor !== 1) weighDivided(kernels, places, count, divisor, origin, spare);
          visit({ kernels, row, start, count, divisor, origin, ...places });
        }),
      step,
    );
  }
}
