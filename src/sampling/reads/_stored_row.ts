// A row that lies whole in the row store, with its weights: every pass over it costs a tenth of a log-sum-exp and more, none reads it again.
import { type Kernels, type RowStore, TABLE_ROW_BYTES, TILE, TILES } from "../../../kernels/mod.ts";
import { applyTiles } from "../../core/inside.ts";
import type { RowFacts } from "../../core/mod.ts";
import { elementBytes, StreamSum, SweptBlock, type Values, viewOf } from "../../row/inside.ts";
import type { Edit } from "../stages/stage.ts";
import { weighDivided, type WeighedBlock } from "./_weighed_block.ts";
import type { RowSource, Wanted } from "./_row_source.ts";

/** Logits of a block: as many as a sweep takes. */
const BLOCK = TILES * TILE;

/** The row store's tenant. */
export class StoredRow implements RowSource {
  readonly ways = 1;
  readonly perLogit: number;
  readonly #store: RowStore;
  readonly #sum: StreamSum;
  /** How many logits are there, from the first on. */
  count = 0;
  /** By what the logits were divided that the weights are of. */
  #divisor = 1;
  #facts: RowFacts | undefined;
  #found = new Map<string, unknown>();

  private constructor(
    readonly kernels: Kernels,
    readonly row: number,
    store: RowStore,
    /** By whom the store is held: whoever lets go of the row lets go of that. */
    readonly tenant: object,
  ) {
    this.#store = store;
    this.#sum = new StreamSum(kernels, "sum");
    this.perLogit = kernels.base.hi + kernels.base.lo;
  }

  /** A row of the store's, nothing of it there; `undefined` where the row is too long or somebody else has the store. */
  static begin(kernels: Kernels, row: number, vocabulary: number): StoredRow | undefined {
    if (vocabulary > kernels.arena.storeLength) return undefined;
    const tenant = {}, store = kernels.arena.lendStore(tenant);
    return store && new StoredRow(kernels, row, store, tenant);
  }

  /** Gives the store back. */
  leave(): void {
    this.#sum.close();
    this.kernels.arena.giveStoreBack(this.tenant);
  }

  get #bytes(): number {
    return elementBytes(this.kernels);
  }

  /** Takes the next logits, edited: whole tiles, but for the row's last. */
  extend(values: Values, edits: readonly Edit[]): void {
    for (let from = 0; from < values.length; from += BLOCK) {
      const part = values.subarray(from, from + BLOCK), start = this.count;
      viewOf(this.kernels, this.#store.logits + start * this.#bytes, part.length).set(part);
      this.#take(start, part.length, edits);
      this.count += part.length;
    }
  }

  #take(start: number, count: number, edits: readonly Edit[]): void {
    const { kernels, row } = this, at = this.#store.logits + start * this.#bytes;
    if (edits.length > 0) applyTiles(edits, viewOf(kernels, at, count), row, start);
    const table = this.#tableOf(start), weights = this.#weightsOf(start);
    const invalid = kernels.store(at, count, table, weights);
    const rows = invalid > 0 ? new Float64Array(kernels.memory, table) : NO_ROWS;
    this.#sum.add(new SweptBlock(kernels, "sum", { rows }, at, count, row, start), table, invalid);
  }

  #tableOf(start: number): number {
    return this.#store.table + start / TILE * TABLE_ROW_BYTES;
  }

  #weightsOf(start: number): number {
    return this.#store.weights + start * this.#bytes;
  }

  /** What is known of the whole row. */
  facts(): RowFacts {
    const { row: index, count } = this;
    return this.#facts = this.#sum.facts({ index, count, vocabulary: count });
  }

  /** Edits all logits: from here on the row is another. */
  edit(edits: readonly Edit[]): void {
    this.#sum.reset();
    this.#found.clear();
    this.#divisor = 1;
    for (let start = 0; start < this.count; start += BLOCK) {
      this.#take(start, Math.min(BLOCK, this.count - start), edits);
    }
  }

  get vocabulary(): number {
    return this.count;
  }

  get origin(): number {
    return this.#facts!.maximum;
  }

  get total(): Pick<RowFacts, "mantissa" | "exponent" | "logSum"> {
    return this.#facts!;
  }

  run(wanted: readonly Wanted[]): unknown[] {
    return wanted.map(({ key, divisor, make }) => {
      if (this.#found.has(key)) return this.#found.get(key);
      this.#weighAt(divisor);
      const pass = make();
      this.blocks((block) => pass.block(block));
      const found = pass.result();
      this.#found.set(key, found);
      return found;
    });
  }

  /** Visits the row block by block. */
  blocks(visit: (block: WeighedBlock) => void, most = BLOCK): void {
    const { kernels, row } = this, divisor = this.#divisor, origin = this.#facts?.maximum ?? NaN;
    for (let start = 0; start < this.count; start += most) {
      const count = Math.min(most, this.count - start);
      visit({ kernels, row, start, count, divisor, origin, ...this.#places(start) });
    }
  }

  #places(start: number) {
    const logits = this.#store.logits + start * this.#bytes;
    return { logits, weights: this.#weightsOf(start), table: this.#tableOf(start) };
  }

  #weighAt(divisor: number): void {
    if (divisor === this.#divisor) return;
    this.#divisor = divisor;
    const { kernels, origin } = this;
    this.blocks(({ count, ...places }) => {
      if (divisor === 1) kernels.store(places.logits, count, places.table, places.weights);
      else kernels.arena.lend(({ stage }) => weighDivided(kernels, places, count, divisor, origin, stage));
    });
  }
}

const NO_ROWS = new Float64Array(0);
