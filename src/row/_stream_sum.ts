import type { Kernels, Level } from "../../kernels/mod.ts";
import { countInvalid } from "./count_invalid.ts";
import { Accumulator } from "./_accumulator.ts";
import { type Extent, Facts } from "./_facts.ts";
import type { SweptBlock } from "./_swept_block.ts";

/** What the engine itself has learnt of one stream of a row, as plain data. */
export interface StreamData {
  readonly sum: Uint8Array;
  readonly nan: number;
  readonly posInf: number;
  readonly firstInvalid: number | undefined;
}

/** What the engine itself learns of one stream of a row: its exact sum, and its invalid logits. */
export class StreamSum {
  readonly #kernels: Kernels;
  readonly #level: Level;
  readonly #sum: Accumulator;
  #nan: number;
  #posInf: number;
  #firstInvalid: number | undefined;

  constructor(kernels: Kernels, level: Level, data?: StreamData) {
    this.#kernels = kernels;
    this.#level = level;
    this.#sum = new Accumulator(kernels, data?.sum);
    this.#nan = data?.nan ?? 0;
    this.#posInf = data?.posInf ?? 0;
    this.#firstInvalid = data?.firstInvalid;
  }

  /** Begins another row. */
  reset(): void {
    this.#sum.clear();
    this.#nan = 0;
    this.#posInf = 0;
    this.#firstInvalid = undefined;
  }

  /** Gives back what it has of the arena; its facts are gone. */
  close(): void {
    this.#sum.close();
  }

  /** Adds a swept block; `invalid`: how many of its tiles hold a NaN or +Infinity. */
  add(block: SweptBlock, table: number, invalid: number): void {
    this.#sum.deposit(this.#level, table, block.tiles);
    if (invalid === 0) return;
    const { nan, posInf } = countInvalid(block);
    this.#nan += nan;
    this.#posInf += posInf;
    this.#noteInvalid(block.start + block.values.findIndex((x) => !(x < Infinity)));
  }

  #noteInvalid(id: number | undefined): void {
    if (id !== undefined && !(this.#firstInvalid! <= id)) this.#firstInvalid = id;
  }

  /** Adds what another one holds. Exact: any order gives the same bits. */
  absorb(other: StreamSum): void {
    this.#sum.absorb(other.#sum);
    this.#nan += other.#nan;
    this.#posInf += other.#posInf;
    this.#noteInvalid(other.#firstInvalid);
  }

  /** What is known of the row. Changes nothing. */
  facts(extent: Extent): Facts {
    this.#sum.total();
    return new Facts(
      extent,
      this.#kernels.arena.results,
      this.#level !== "maximum",
      this.#nan,
      this.#posInf,
      this.#firstInvalid,
    );
  }

  /** The content as plain data. */
  data(): StreamData {
    return { sum: this.#sum.bytes(), nan: this.#nan, posInf: this.#posInf, firstInvalid: this.#firstInvalid };
  }
}
