// A row that is read again for what is asked of it: one that is longer than the row store, came in parts, or found the store taken.
import { applyTiles } from "../../core/inside.ts";
import type { Block } from "../../core/mod.ts";
import { viewOf } from "../../row/inside.ts";
import { ReadAgain } from "../cuts/_interrupts.ts";
import type { Edit } from "../stages/stage.ts";
import type { Pass } from "./_passes.ts";
import type { RowSource, Wanted } from "./_row_source.ts";
import { weighDivided, type WeighedBlock } from "./_weighed_block.ts";

/** What is known of a row without reading it again. */
export type Known = Pick<RowSource, "vocabulary" | "origin" | "total" | "perLogit">;

/** The findings of the reads so far, by their keys: whoever wants another one asks for a read. */
export class AskedRow implements RowSource {
  readonly ways = 63;
  readonly vocabulary: number;
  readonly origin: number;
  readonly total: Known["total"];
  readonly perLogit: number;
  readonly found = new Map<string, unknown>();

  constructor({ vocabulary, origin, total, perLogit }: Known) {
    this.vocabulary = vocabulary;
    this.origin = origin;
    this.total = total;
    this.perLogit = perLogit;
  }

  run(wanted: readonly Wanted[]): unknown[] {
    const missing = wanted.filter(({ key }) => !this.found.has(key));
    if (missing.length > 0) throw new ReadAgain(missing);
    return wanted.map(({ key }) => this.found.get(key));
  }
}

/** One more read of a row: the passes that are made as it goes by. */
export class AskedRead {
  readonly #wanted: readonly Wanted[];
  readonly #passes: readonly Pass<unknown>[];
  readonly #divisors: readonly number[];
  #results: readonly unknown[] | undefined;

  constructor(wanted: readonly Wanted[], readonly edits: readonly Edit[], readonly origin: number) {
    this.#wanted = wanted;
    this.#passes = wanted.map(({ make }) => make());
    this.#divisors = [...new Set(wanted.map(({ divisor }) => divisor))];
  }

  /** Goes through a block of the row as it came. */
  block({ kernels, at, count, values, row, start }: Block): void {
    const { edits, origin } = this;
    kernels.arena.lendMany(3, ([a, b, c]) => {
      if (edits.length > 0) {
        const edited = viewOf(kernels, a.stage, count);
        edited.set(values);
        applyTiles(edits, edited, row, start);
      }
      const logits = edits.length > 0 ? a.stage : at;
      for (const divisor of this.#divisors) {
        const places = { logits, weights: b.mapped, table: b.table };
        if (divisor === 1) kernels.store(logits, count, places.table, places.weights);
        else {
          kernels.sweep("maximum", logits, count, places.table);
          weighDivided(kernels, places, count, divisor, origin, c.stage);
        }
        this.#visit({ kernels, count, start, row, divisor, origin, ...places });
      }
    });
  }

  #visit(block: WeighedBlock): void {
    this.#passes.forEach((pass, i) => {
      if (this.#wanted[i].divisor === block.divisor) pass.block(block);
    });
  }

  merge(from: AskedRead): void {
    this.#passes.forEach((pass, i) => pass.merge(from.#passes[i]));
  }

  /** Enters what was found. */
  tell(found: Map<string, unknown>): void {
    const results = this.#results ??= this.#passes.map((pass) => pass.result());
    this.#wanted.forEach(({ key }, i) => found.set(key, results[i]));
  }
}
