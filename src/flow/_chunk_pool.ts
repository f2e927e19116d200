import type { Chunk, Shape } from "../core/mod.ts";
import type { Values } from "../row/inside.ts";

/** Most pieces of memory that wait for the next chunk. */
const SPARE = 4;

/** Memory of chunks that are given back. */
export class ChunkPool {
  readonly #wide: boolean;
  readonly #spare: Values[] = [];

  /** `wide`: of float64. */
  constructor(wide: boolean) {
    this.#wide = wide;
  }

  /** Memory for `count` results; what was there before still is. */
  take(count: number): Values {
    const at = this.#spare.findIndex(({ length }) => length >= count);
    if (at < 0) return this.#wide ? new Float64Array(count) : new Float32Array(count);
    return this.#spare.splice(at, 1)[0].subarray(0, count);
  }

  /** A chunk whose memory, taken from here, may come back. */
  chunk(shape: Shape, data: Values, row: number, start: number): Chunk {
    return new PooledChunk(this, shape, data, row, start);
  }

  /** Takes memory back. Of too much, the least is dropped. */
  giveBack({ buffer }: Values): void {
    this.#spare.push(this.#wide ? new Float64Array(buffer) : new Float32Array(buffer));
    if (this.#spare.length > SPARE) this.#spare.sort((a, b) => b.length - a.length).pop();
  }
}

/** Its own fields are data alone: what is posted elsewhere, or copied, arrives as a chunk that cannot be given back. */
class PooledChunk implements Chunk {
  #pool: ChunkPool | undefined;

  constructor(
    pool: ChunkPool,
    readonly shape: Shape,
    readonly data: Values,
    readonly row: number,
    readonly start: number,
  ) {
    this.#pool = pool;
  }

  /** Once; what was transferred away is gone. */
  release(): void {
    const pool = this.#pool;
    this.#pool = undefined;
    if (this.data.length > 0) pool?.giveBack(this.data);
  }
}
