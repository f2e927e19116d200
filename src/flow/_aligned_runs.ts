import { type Kernels, type Lane, TILE, TILES } from "../../kernels/mod.ts";
import { type Chunk, SourceError } from "../core/mod.ts";
import { positionAfter } from "../core/inside.ts";
import type { Run, Staging } from "../row/inside.ts";

/** Most logits of a run: a lane's room. */
const SLICE = TILES * TILE;

/** The chunks of one of several streams. */
export interface AlignedInput {
  /** The stream's name. */
  readonly name: string;
  /** Where its chunks are staged. */
  readonly staging: Staging;
  /** The next chunk, or `undefined` at the end. */
  next(): Promise<Chunk | undefined>;
  /** Told that a chunk is done, before the next one is asked for. */
  done(chunk: Chunk): Promise<void> | undefined;
}

/** A chunk in hand, and how much of it is done. */
interface Held {
  readonly chunk: Chunk;
  offset: number;
}

/** Several streams of chunks as runs that all of them have: cut at whichever chunk ends first. Holds one chunk of each. */
export class AlignedRuns {
  readonly #kernels: Kernels;
  readonly #inputs: readonly AlignedInput[];
  readonly #columns: readonly [number, number];
  readonly #held: (Held | undefined)[];

  constructor(kernels: Kernels, inputs: readonly AlignedInput[], columns: readonly [number, number]) {
    this.#kernels = kernels;
    this.#inputs = inputs;
    this.#columns = columns;
    this.#held = inputs.map(() => undefined);
  }

  /** Waits until every stream has logits in hand; `false` where all have ended, and an error where only some have. */
  async fill(): Promise<boolean> {
    // All at once: a slow stream keeps no other from being read.
    const there = await Promise.all(this.#inputs.map((input, i) => this.#fillOne(input, i)));
    if (there.every((is) => is)) return true;
    if (there.every((is) => !is)) return false;
    const named = (has: boolean) =>
      this.#inputs.filter((_, i) => there[i] === has).map(({ name }) => `"${name}"`).join(", ");
    const at = this.#position(this.#held.find((held) => held !== undefined)!);
    throw new SourceError(
      `Cannot read on: ${named(false)} ended before row ${at.row}, id ${at.id}, where ${named(true)} goes on`,
      "E_SOURCE_SHORT",
    );
  }

  async #fillOne(input: AlignedInput, i: number): Promise<boolean> {
    for (;;) {
      const held = this.#held[i];
      if (held && held.offset < held.chunk.data.length) return true;
      if (held) await input.done(held.chunk);
      const chunk = await input.next();
      this.#held[i] = chunk && { chunk, offset: 0 };
      if (!chunk) return false;
    }
  }

  #position({ chunk, offset }: Held): { readonly row: number; readonly id: number } {
    return positionAfter({ row: chunk.row, id: chunk.start }, offset, this.#columns);
  }

  /** The chunks in hand, a stream each. */
  get chunks(): readonly Chunk[] {
    return this.#held.map((held) => held!.chunk);
  }

  /**
   * Visits the runs that all streams have in hand, in one synchronous pass. A visit that gives `false` ends the pass (there is something to wait
   * for): the next one goes on behind it.
   */
  pass(visit: (run: Run) => boolean): void {
    this.#kernels.arena.lendMany(this.#inputs.length, (lanes) => {
      const held = this.#held as Held[], [from, to] = this.#columns;
      let left = Math.min(...held.map(({ chunk, offset }) => chunk.data.length - offset));
      let { row, id: start } = this.#position(held[0]);
      while (left > 0) {
        const count = sizeOf(Math.min(left, to - start), start);
        const run = { lanes, at: this.#staged(lanes, count, row, start), count, row, start };
        for (const one of held) one.offset += count;
        left -= count;
        start += count;
        if (start === to) {
          row++;
          start = from;
        }
        if (!visit(run)) return;
      }
    });
  }

  #staged(lanes: readonly Lane[], count: number, row: number, start: number): number[] {
    return this.#inputs.map(({ staging }, i) => {
      const { chunk, offset } = this.#held[i]!;
      return staging.fill(lanes[i], chunk, offset, count, row, start);
    });
  }
}

/** As many logits as a lane has room for, up to the border of a tile. */
function sizeOf(count: number, start: number): number {
  return count <= SLICE ? count : SLICE - (start + SLICE) % TILE;
}
