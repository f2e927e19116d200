import { CHECKSUM_KEY_BYTES, type Kernels, TILE, TILES } from "../../kernels/mod.ts";

/**
 * A checksum of bytes as they come: {@linkcode Kernels.checksum} under a key that nobody knows, as what a source is changed to between
 * two reads must not be chosen so that both sums agree.
 */
export class Checksum {
  readonly #kernels: Kernels;
  readonly #key: Uint8Array;
  readonly #sums = new Uint32Array(2);
  #bytes = 0;

  constructor(kernels: Kernels, key: Uint8Array = crypto.getRandomValues(new Uint8Array(CHECKSUM_KEY_BYTES))) {
    this.#kernels = kernels;
    this.#key = key;
  }

  /** One of the same key that has seen nothing. */
  fresh(): Checksum {
    return new Checksum(this.#kernels, this.#key);
  }

  /** One that has seen the same, and goes on by itself. */
  copy(): Checksum {
    const copy = this.fresh();
    copy.#sums.set(this.#sums);
    copy.#bytes = this.#bytes;
    return copy;
  }

  /** Whether it has seen as many bytes as another of the same key, and the same as far as their sums can tell. */
  equals(other: Checksum): boolean {
    return this.#bytes === other.#bytes && this.#sums.every((sum, i) => sum === other.#sums[i]);
  }

  add(bytes: Uint8Array): void {
    const { memory, arena } = this.#kernels;
    if (bytes.buffer === memory) return this.#addAt(bytes.byteOffset, bytes.length);
    arena.lend(({ mapped }) => {
      const staged = new Uint8Array(memory, mapped, TILES * TILE * 4);
      for (let from = 0; from < bytes.length; from += staged.length) {
        const slice = bytes.subarray(from, from + staged.length);
        staged.set(slice);
        this.#addAt(mapped, slice.length);
      }
    });
  }

  #addAt(at: number, bytes: number): void {
    const { memory, arena: { scratch, out } } = this.#kernels;
    const sums = new Uint32Array(memory, out, 2);
    new Uint8Array(memory).set(this.#key, scratch);
    sums.set(this.#sums);
    this.#kernels.checksum(at, bytes, this.#bytes, scratch, out);
    this.#sums.set(sums);
    this.#bytes += bytes;
  }
}
