import { isDetached, ShapeError } from "../core/mod.ts";
import type { ByteFeed } from "./_byte_feed.ts";

/** The bytes of an array. */
export class ArrayFeed implements ByteFeed {
  #data: ArrayBufferView;
  #byte = 0;

  constructor(data: ArrayBufferView) {
    this.#data = data;
  }

  // deno-lint-ignore require-await
  async read(into: Uint8Array): Promise<number> {
    checkAttached(this.#data);
    const { buffer, byteOffset, byteLength } = this.#data;
    const part = new Uint8Array(buffer, byteOffset + this.#byte, Math.min(into.length, byteLength - this.#byte));
    into.set(part);
    this.#byte += part.length;
    return part.length;
  }

  skip(bytes: number): Promise<number> {
    this.#byte += bytes;
    return Promise.resolve(bytes);
  }

  close(): void {}
}

/** Refuses an array whose memory was transferred away. */
export function checkAttached(array: ArrayBufferView): void {
  if (isDetached(array)) {
    throw new ShapeError("Cannot read the array: its memory was transferred away; pass a copy", "E_DETACHED");
  }
}
