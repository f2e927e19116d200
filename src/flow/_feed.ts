import type { Kernels } from "../../kernels/mod.ts";
import {
  type ByteReader,
  bytesOf,
  type Chunk,
  ChunkOrder,
  type LogitArray,
  type Logits,
  type LogitSource,
  logitView,
  type Range,
  type Shape,
  SourceError,
} from "../core/mod.ts";

/** Chunks one after the other, checked to follow. */
export interface Feed {
  /** The next chunk, or `undefined` at the end. Its memory is the feed's: valid until the next call. */
  next(): Promise<Chunk | undefined>;
  /** Gives the source back, with the reason if it is not at its end. */
  close(reason?: unknown): Promise<void>;
}

interface Extent {
  readonly rows: readonly [number, number];
  readonly columns: readonly [number, number];
  readonly signal?: AbortSignal;
}

/** Opens the raw chunks of logits (operators are applied where they are staged): by reads into the arena where the source can, else by its stream. */
export function openFeed(logits: Logits | LogitSource, kernels: Kernels, extent: Extent): Feed {
  const source = ("source" in logits && logits.source) || logits as LogitSource;
  const order = new ChunkOrder(source.shape, extent.rows, extent.columns);
  const range = rangeOf(source.shape, extent);
  return source.read
    ? new ReaderFeed(source.read(range), source.shape, kernels, order, extent)
    : new StreamFeed(source.open(range), order, extent.signal);
}

/** The extent as the source takes it: nothing where it is everything. */
function rangeOf({ rows, vocabulary }: Shape, extent: Extent): Range {
  const everyRow = extent.rows[0] === 0 && extent.rows[1] === (rows ?? Infinity);
  const everyId = extent.columns[0] === 0 && extent.columns[1] === vocabulary;
  return {
    ...(everyRow ? {} : { rows: extent.rows }),
    ...(everyId ? {} : { columns: extent.columns }),
    ...(extent.signal ? { signal: extent.signal } : {}),
  };
}

class StreamFeed implements Feed {
  readonly #reader: ReadableStreamDefaultReader<Chunk>;
  readonly #order: ChunkOrder;
  readonly #signal: AbortSignal | undefined;

  constructor(stream: ReadableStream<Chunk>, order: ChunkOrder, signal?: AbortSignal) {
    this.#reader = stream.getReader();
    this.#order = order;
    this.#signal = signal;
  }

  async next(): Promise<Chunk | undefined> {
    this.#signal?.throwIfAborted();
    const { value } = await this.#reader.read();
    if (value) this.#order.take(value);
    else this.#order.end();
    return value;
  }

  async close(reason?: unknown): Promise<void> {
    // A stream that has errored rejects its cancel with the error that the caller has met already.
    await this.#reader.cancel(reason).catch(() => {});
  }
}

/** Most logits of a chunk: what is made of one, chunk by chunk, should be no large piece of memory. */
const CHUNK = 1 << 16;

/** Two buffers in turn: one is worked on, chunk by chunk, while the next read fills the other. */
class ReaderFeed implements Feed {
  readonly #reader: ByteReader;
  readonly #shape: Shape;
  readonly #kernels: Kernels;
  readonly #order: ChunkOrder;
  readonly #extent: Extent;
  readonly #buffers: [Uint8Array, Uint8Array];
  #turn = 0;
  /** What is left of the buffer that is worked on. */
  #left: LogitArray;
  /** Bytes of a logit that a read has cut, at the start of the buffer in turn. */
  #odd = 0;
  #ahead: Promise<number> | undefined;
  #closed: Promise<void> | undefined;

  constructor(reader: ByteReader, shape: Shape, kernels: Kernels, order: ChunkOrder, extent: Extent) {
    this.#reader = reader;
    this.#shape = shape;
    this.#kernels = kernels;
    this.#order = order;
    this.#extent = extent;
    this.#buffers = [kernels.arena.lendBuffer(), kernels.arena.lendBuffer()];
    this.#left = logitView(shape.dtype, this.#buffers[0].buffer, 0, 0);
  }

  async next(): Promise<Chunk | undefined> {
    this.#extent.signal?.throwIfAborted();
    if (this.#left.length === 0 && !await this.#read()) {
      this.#end();
      return undefined;
    }
    const data = this.#left.subarray(0, CHUNK);
    this.#left = this.#left.subarray(data.length);
    return this.#chunk(data);
  }

  /** Waits for the buffer in turn, and begins to fill the other; `false` at the end. */
  async #read(): Promise<boolean> {
    const { dtype } = this.#shape, size = bytesOf(dtype);
    for (;;) {
      const buffer = this.#buffers[this.#turn];
      const read = await (this.#ahead ?? this.#fill());
      this.#ahead = undefined;
      if (read === 0) return false;
      const bytes = this.#odd + read;
      const count = Math.floor(bytes / size);
      this.#odd = bytes - count * size;
      if (count === 0) continue;
      this.#turn = 1 - this.#turn;
      this.#buffers[this.#turn].set(buffer.subarray(count * size, bytes));
      this.#ahead = this.#fill();
      this.#left = logitView(dtype, buffer.buffer, buffer.byteOffset, count);
      return true;
    }
  }

  #end(): void {
    this.#order.end();
    if (this.#odd === 0) return;
    const { row, id } = this.#order.next;
    throw new SourceError(
      `Cannot read on: the source ended at row ${row}, id ${id}, ${this.#odd} bytes into a logit`,
      "E_SOURCE_SHORT",
    );
  }

  #fill(): Promise<number> {
    const read = this.#reader.read(this.#buffers[this.#turn].subarray(this.#odd));
    // A failure shows when the chunk is asked for; until then nobody listens.
    read.catch(() => {});
    return read;
  }

  #chunk(data: LogitArray): Chunk {
    const { row, id } = this.#order.next;
    const chunk = { shape: this.#shape, data, row, start: id };
    this.#order.take(chunk);
    return chunk;
  }

  close(reason?: unknown): Promise<void> {
    return this.#closed ??= this.#close(reason);
  }

  async #close(reason?: unknown): Promise<void> {
    // A read ahead may still write into its buffer (an idle pipe may never end it): nobody gets that one before.
    const ahead = this.#ahead ?? Promise.resolve(0);
    const giveAll = () => this.#buffers.forEach((buffer) => this.#kernels.arena.giveBack(buffer));
    ahead.then(giveAll, giveAll);
    await this.#reader.close(reason);
  }
}
