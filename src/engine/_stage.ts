import { holding, type Kernels, TILE } from "../../kernels/mod.ts";
import { type Chunk, type LogitArray, type Operator, widenInto } from "../core/mod.ts";
import { viewOf } from "./_row_fold.ts";

/** Logits of one row in the arena, widened, operators applied. Valid until the next one is asked for. */
export interface StagedRun {
  readonly at: number;
  readonly count: number;
  readonly row: number;
  readonly start: number;
  /** Where it lies in the chunk's data. */
  readonly offset: number;
}

/** The stage area is shared by all flows on one arena: whose logits lie there, and since when. */
const stamps = new WeakMap<Kernels, number>();

/**
 * Brings chunks into the arena: cuts them at the ends of rows, widens them, applies the operators tile by tile.
 * f32 chunks that a source has read straight into the arena are not copied.
 */
export class Stage {
  readonly #kernels: Kernels;
  readonly #operators: readonly Operator[];
  readonly #bytes: number;

  constructor(kernels: Kernels, operators: readonly Operator[]) {
    this.#kernels = kernels;
    this.#operators = operators.filter(({ reshapes }) => !reshapes);
    this.#bytes = kernels.element === "f64" ? 8 : 4;
  }

  /** The chunk's runs in order. Other flows may use the arena between two runs: the rest is then staged again. */
  *runs(chunk: Chunk, columns: readonly [number, number]): Generator<StagedRun> {
    let { row, start } = chunk;
    for (let offset = 0; offset < chunk.data.length;) {
      const size = this.#sliceSize(chunk, offset, start, columns);
      let at = 0;
      let stamp = -1;
      for (let done = 0; done < size;) {
        if (stamp !== this.#stamp()) {
          at = this.#stageSlice(chunk, offset, size);
          stamp = this.#stamp();
        }
        const count = Math.min(size - done, columns[1] - start);
        const run = { at: at + done * this.#bytes, count, row, start, offset: offset + done };
        if (this.#operators.length > 0) holding(this.#kernels, () => this.#operate(run));
        yield run;
        done += count;
        start += count;
        if (start === columns[1]) {
          row++;
          start = columns[0];
        }
      }
      offset += size;
    }
  }

  #stamp(): number {
    return stamps.get(this.#kernels) ?? 0;
  }

  /** How much to stage at once: all that lies in the arena, else a slice that ends with a row or a tile if it can. */
  #sliceSize({ data }: Chunk, offset: number, start: number, [from, to]: readonly [number, number]): number {
    const left = data.length - offset;
    if (left <= SLICE || this.#inPlace(data)) return left;
    const toEnd = to - start;
    if (toEnd > SLICE) return SLICE - (start + SLICE) % TILE;
    const width = to - from;
    return toEnd + width * Math.floor((SLICE - toEnd) / width);
  }

  /** Operators write: they work on a copy, for the chunk may be wanted again. */
  #inPlace(data: LogitArray): boolean {
    return data.buffer === this.#kernels.memory && !(data instanceof Uint16Array) && this.#operators.length === 0;
  }

  /** Where `size` logits from `offset` on can be worked on; copies them there if they are not. */
  #stageSlice({ data, shape }: Chunk, offset: number, size: number): number {
    const { arena } = this.#kernels;
    const slice = data.subarray(offset, offset + size);
    if (this.#inPlace(data)) return slice.byteOffset;
    stamps.set(this.#kernels, this.#stamp() + 1);
    if (slice instanceof Uint16Array) {
      widenInto(this.#kernels, shape.dtype as "f16" | "bf16", slice, arena.stage, arena.mapped);
    } else {
      viewOf(this.#kernels, arena.stage, size).set(slice);
    }
    return arena.stage;
  }

  #operate({ at, count, row, start }: StagedRun): void {
    for (let done = 0; done < count;) {
      const id = start + done;
      const size = Math.min(count - done, TILE - id % TILE);
      const segment = { values: viewOf(this.#kernels, at + done * this.#bytes, size), row, start: id };
      for (const operator of this.#operators) operator.apply(segment);
      done += size;
    }
  }
}

/** Most logits staged at once: few enough to stay in the second-level cache. */
const SLICE = 16 * TILE;
