import { bytesOf, type Chunk, logitView, type Shape } from "../core/mod.ts";
import { Cursor, type FullRange } from "./_cursor.ts";
import type { RangeReader } from "./_range_reader.ts";

/** Cuts the bytes of a reader into chunks of at most `size` logits, each in memory of its own. */
class ChunkCutter {
  #reader: RangeReader;
  #shape: Shape;
  #size: number;
  #cursor: Cursor;
  #spare = new Uint8Array(0);

  constructor(reader: RangeReader, shape: Shape, range: FullRange, size: number) {
    this.#reader = reader;
    this.#shape = shape;
    this.#size = size;
    this.#cursor = new Cursor(shape, range);
  }

  /** What one read gives, to the end of its last logit; `undefined` at the end. A slow source is not held back to fill a chunk. */
  async next(): Promise<Chunk | undefined> {
    const width = bytesOf(this.#shape.dtype);
    const into = this.#memory(Math.min(this.#size, this.#cursor.left) * width);
    let bytes = await this.#reader.read(into);
    if (bytes === 0) return undefined;
    while (bytes % width !== 0) bytes += await this.#reader.read(into.subarray(bytes, bytes + width - bytes % width));
    const { row, id: start } = this.#cursor;
    this.#cursor.advance(bytes / width);
    return { shape: this.#shape, data: this.#own(into, bytes / width), row, start };
  }

  #memory(bytes: number): Uint8Array<ArrayBuffer> {
    // One byte at the end, so that the reader can look whether the source goes on.
    if (bytes === 0) return new Uint8Array(1);
    return this.#spare.length >= bytes ? this.#spare.subarray(0, bytes) : new Uint8Array(bytes);
  }

  /** The chunk's data; memory that was mostly left empty is kept for the next read. */
  #own(memory: Uint8Array<ArrayBuffer>, count: number): Chunk["data"] {
    const data = logitView(this.#shape.dtype, memory.buffer, 0, count);
    const sparse = data.byteLength * 2 <= memory.length;
    this.#spare = sparse ? memory : new Uint8Array(0);
    return sparse ? data.slice() : data;
  }
}

/**
 * The one adapter from byte readers to streams of chunks. Nothing is read before there is demand, and at most one chunk
 * at a time; the reader is closed once, at the end, on cancel, on abort or after an error.
 */
export function openBytes(
  reader: RangeReader,
  shape: Shape,
  range: FullRange,
  size: number,
  signal: AbortSignal | undefined,
): ReadableStream<Chunk> {
  const cutter = new ChunkCutter(reader, shape, range, size);
  let abort: () => void;
  return new ReadableStream<Chunk>({
    start(controller): void {
      abort = (): void => controller.error(signal?.reason);
      if (signal?.aborted) abort();
      else signal?.addEventListener("abort", abort, { once: true });
    },
    async pull(controller): Promise<void> {
      try {
        const chunk = await cutter.next();
        if (signal?.aborted) return;
        if (chunk) return controller.enqueue(chunk);
        await reader.close();
        signal?.removeEventListener("abort", abort);
        controller.close();
      } catch (error) {
        signal?.removeEventListener("abort", abort);
        await reader.close(error).catch(() => {});
        throw error;
      }
    },
    cancel(reason): Promise<void> {
      signal?.removeEventListener("abort", abort);
      return reader.close(reason);
    },
  }, { highWaterMark: 0 });
}
