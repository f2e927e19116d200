import { type Dtype, isDetached, ShapeError } from "../core/mod.ts";
import { type ByteFeed, discard } from "./_byte_feed.ts";
import { dtypeOf } from "./_typed_array.ts";

/** The bytes of a stream of byte arrays or typed arrays, however cut. */
export class StreamFeed implements ByteFeed {
  #reader: ReadableStreamDefaultReader<unknown>;
  #dtype: Dtype;
  #rest = new Uint8Array(0);
  #failed = false;

  /** Locks the stream. Typed arrays must be of `dtype`. */
  constructor(stream: ReadableStream<unknown>, dtype: Dtype) {
    this.#reader = stream.getReader();
    this.#dtype = dtype;
  }

  async read(into: Uint8Array): Promise<number> {
    while (this.#rest.length === 0) {
      const { done, value } = await this.#next();
      if (done) return 0;
      this.#rest = this.#bytes(value);
    }
    if (isDetached(this.#rest)) throw detached();
    const part = this.#rest.subarray(0, into.length);
    into.set(part);
    this.#rest = this.#rest.subarray(part.length);
    return part.length;
  }

  async #next(): Promise<ReadableStreamReadResult<unknown>> {
    try {
      return await this.#reader.read();
    } catch (error) {
      this.#failed = true;
      throw error;
    }
  }

  #bytes(value: unknown): Uint8Array<ArrayBuffer> {
    if (!ArrayBuffer.isView(value) || value instanceof DataView) {
      throw new ShapeError(`Cannot read the stream: it holds ${nameOf(value)}, wanted Uint8Array`, "E_DTYPE");
    }
    if (isDetached(value)) throw detached();
    if (!(value instanceof Uint8Array) && dtypeOf(value, this.#dtype) !== this.#dtype) {
      throw new ShapeError(
        `Cannot read the stream: it holds ${nameOf(value)}, the dtype is ${this.#dtype}; say which with "dtype"`,
        "E_DTYPE",
      );
    }
    return new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength);
  }

  skip(bytes: number): Promise<number> {
    return discard(this, bytes);
  }

  /** Cancels the stream; ends a read that waits for a chunk, too. */
  async close(reason?: unknown): Promise<void> {
    // A stream that failed has said so already; canceling it would say it again.
    if (!this.#failed) await this.#reader.cancel(reason);
    this.#reader.releaseLock();
  }
}

function nameOf(value: unknown): string {
  return value === null || value === undefined ? String(value) : Object(value).constructor.name;
}

function detached(): ShapeError {
  return new ShapeError("Cannot read the stream: a chunk's memory was transferred away; pass a copy", "E_DETACHED");
}
