import { type Kernels, TILE } from "../../kernels/mod.ts";
import { type Chunk, type Operator, widenInto } from "../core/mod.ts";
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
      const size = sliceSize(chunk.data.length - offset, start, columns[1]);
      let at = 0;
      let stamp = -1;
      for (let done = 0; done < size;) {
        if (stamp !== this.#stamp()) {
          at = this.#stageSlice(chunk, offset, size);
          stamp = this.#stamp();
        }
        const count = Math.min(size - done, columns[1] - start);
        const run = { at: at + done * this.#bytes, count, row, start, offset: offset + done };
        if (this.#operators.length > 0) this.#operate(run);
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

  /** Where `size` logits from `offset` on can be worked on; copies them there if they are not. */
  #stageSlice({ data, shape }: Chunk, offset: number, size: number): number {
    const { memory, arena } = this.#kernels;
    const slice = data.subarray(offset, offset + size);
    // Operators write: they work on a copy, for the chunk may be wanted again.
    const inPlace = data.buffer === memory && !(data instanceof Uint16Array) && this.#operators.length === 0;
    if (inPlace) return slice.byteOffset;
    stamps.set(this.#kernels, this.#stamp() + 1);
    if (slice instanceof Uint16Array) {
      widenInto(this.#kernels, shape.dtype as "f16" | "bf16", slice, arena.stage);
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

/** How much to stage at once: a slice, ended on the row's end or a tile border if it can be. */
function sliceSize(left: number, start: number, rowEnd: number): number {
  if (left <= SLICE) return left;
  if (start + SLICE >= rowEnd) return SLICE;
  return SLICE - (start + SLICE) % TILE;
}
