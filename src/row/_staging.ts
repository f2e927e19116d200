import { type Kernels, type Lane, TILE, TILES } from "../../kernels/mod.ts";
import { type Chunk, type LogitArray, type Operator, widenInto } from "../core/mod.ts";
import { applyTiles, positionAfter } from "../core/inside.ts";
import { type Step, stepsOf } from "./_steps_of.ts";
import { elementBytes, type Run, viewOf } from "./_run.ts";

/** Most logits staged at once: a lane's room, few enough to stay in the second cache. */
const SLICE = TILES * TILE;

/** A run of one stream, and where it lies in its chunk. */
export interface StagedRun extends Run {
  readonly offset: number;
}

/** Whole rows of a chunk, one behind the other. */
export interface StagedRows {
  /** The lane, of which `mapped` is free. */
  readonly lane: Lane;
  /** The address of the first logit. */
  readonly at: number;
  /** How many rows. */
  readonly rows: number;
  /** The source's number of the first. */
  readonly row: number;
}

/** Most rows at a time: two float64 of each fit a lane's room for what is made of it. */
const ROWS = SLICE / 4;

/** How a pass stages. */
export interface StagingOptions {
  /** Says where a slice of one row is to be staged, if anywhere but in the lane. */
  readonly place?: ((row: number, start: number, size: number) => number | undefined) | undefined;
  /** Whether runs may say that they are still to be divided (`by`), where that is all that the last operator does. */
  readonly undivided?: boolean;
}

/**
 * Brings the chunks of one stream into the arena: cuts them at the ends of rows, widens them, applies the operators.
 * f32 chunks that a source has read straight into the arena are not copied.
 */
export class Staging {
  readonly #kernels: Kernels;
  readonly #steps: readonly Step[];
  /** What is divided by at the end, if the last step is a division; and the steps before it. */
  readonly #divisor: number | undefined;
  readonly #undivided: readonly Step[];
  readonly #bytes: number;

  constructor(kernels: Kernels, operators: readonly Operator[]) {
    this.#kernels = kernels;
    this.#steps = stepsOf(operators.filter(({ reshapes }) => !reshapes));
    const last = this.#steps.at(-1);
    this.#divisor = last && "divisor" in last ? last.divisor : undefined;
    this.#undivided = this.#divisor === undefined ? this.#steps : this.#steps.slice(0, -1);
    this.#bytes = elementBytes(kernels);
  }

  /**
   * Visits the runs of a chunk in order, from `offset` on, in one synchronous pass. A visit that gives `false` ends the pass (there is something
   * to wait for). Gives the offset behind the last run.
   */
  pass(
    chunk: Chunk,
    columns: readonly [number, number],
    offset: number,
    visit: (run: StagedRun) => boolean,
    { place, undivided = false }: StagingOptions = {},
  ): number {
    const by = undivided ? this.#divisor : undefined;
    const steps = undivided ? this.#undivided : this.#steps;
    return this.#kernels.arena.lend((lane) => {
      const [from, to] = columns;
      let { row, id: start } = positionAfter({ row: chunk.row, id: chunk.start }, offset, columns);
      for (; offset < chunk.data.length;) {
        const size = this.#sliceSize(chunk, offset, start, columns, steps);
        const own = start + size <= to ? place?.(row, start, size) : undefined;
        const first = this.#stage(lane, chunk, offset, size, steps, own);
        for (let done = 0; done < size;) {
          const count = Math.min(size - done, to - start);
          const run = { lanes: [lane], at: [first + done * this.#bytes], count, row, start, offset: offset + done, by };
          this.#apply(steps, run);
          done += count;
          start += count;
          if (start === to) {
            row++;
            start = from;
          }
          if (!visit(run)) return offset + done;
        }
        offset += size;
      }
      return offset;
    });
  }

  /**
   * Brings `count` logits of one row of a chunk, from `offset` on, into a lane, at most as many as it has room for, and applies the operators. Gives
   * where they lie.
   */
  fill(lane: Lane, chunk: Chunk, offset: number, count: number, row: number, start: number): number {
    const at = this.#stage(lane, chunk, offset, count, this.#steps);
    this.#apply(this.#steps, { lanes: [lane], at: [at], count, row, start, by: undefined });
    return at;
  }

  /**
   * Visits the whole rows that a chunk has from `offset` on, if a row begins there, many at a time. A visit gives how many of them it took;
   * fewer than there are end the pass. Gives the offset behind the last one taken. With operators it takes none: they go row by row.
   */
  passRows(chunk: Chunk, vocabulary: number, offset: number, visit: (rows: StagedRows) => number): number {
    const { row, id } = positionAfter({ row: chunk.row, id: chunk.start }, offset, [0, vocabulary]);
    if (this.#steps.length > 0 || id > 0) return offset;
    return this.#kernels.arena.lend((lane) => {
      let done = 0;
      for (let left = Math.floor((chunk.data.length - offset) / vocabulary); left > 0;) {
        const rows = Math.min(left, Math.floor(SLICE / vocabulary), ROWS), from = offset + done * vocabulary;
        const at = this.#stage(lane, chunk, from, rows * vocabulary, []);
        const taken = visit({ lane, at, rows, row: row + done });
        done += taken;
        left = taken < rows ? 0 : left - rows;
      }
      return offset + done * vocabulary;
    });
  }

  /** How much to stage at once: all that lies in the arena, else a slice that ends with a row or a tile if it can. */
  #sliceSize(
    { data }: Chunk,
    offset: number,
    start: number,
    [from, to]: readonly [number, number],
    steps: readonly Step[],
  ): number {
    const left = data.length - offset;
    if (left <= SLICE || this.#inPlace(data, steps)) return left;
    const toEnd = to - start;
    if (toEnd > SLICE) return SLICE - (start + SLICE) % TILE;
    const width = to - from;
    return toEnd + width * Math.floor((SLICE - toEnd) / width);
  }

  /** Operators write: they work on a copy, for the chunk may be wanted again. */
  #inPlace(data: LogitArray, steps: readonly Step[]): boolean {
    return data.buffer === this.#kernels.memory && !(data instanceof Uint16Array) && steps.length === 0;
  }

  #apply(steps: readonly Step[], { at: [at], count, row, start }: Run): void {
    for (const step of steps) {
      if ("applyBlock" in step) step.applyBlock(this.#kernels, at, count);
      else applyTiles(step, viewOf(this.#kernels, at, count), row, start);
    }
  }

  /** Where `size` logits of a chunk from `offset` on can be worked on; copies them to the lane if they are not in the arena. No operators yet. */
  #stage(
    lane: Lane,
    { data, shape }: Pick<Chunk, "data" | "shape">,
    offset: number,
    size: number,
    steps: readonly Step[],
    to: number = lane.stage,
  ): number {
    const slice = data.subarray(offset, offset + size);
    if (this.#inPlace(data, steps)) return slice.byteOffset;
    if (slice instanceof Uint16Array) {
      widenInto(this.#kernels, shape.dtype as "f16" | "bf16", slice, to, lane.mapped);
    } else {
      viewOf(this.#kernels, to, size).set(slice);
    }
    return to;
  }
}
