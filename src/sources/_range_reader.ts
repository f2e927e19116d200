import { type ByteReader, bytesOf, errorCode, ioReason, type Shape, ShapeError, SourceError } from "../core/mod.ts";
import type { ByteFeed } from "./_byte_feed.ts";
import type { FullRange } from "./_cursor.ts";

/** What a {@linkcode RangeReader} reads. */
export interface RangeReaderOptions {
  /** What messages call the source. */
  readonly what: string;
  readonly shape: Shape;
  readonly range: FullRange;
  readonly signal: AbortSignal | undefined;
  readonly feed: ByteFeed;
  /** Byte of the source at which row 0 begins. */
  readonly origin: number;
  /** Where the feed stands. */
  readonly byte: number;
  /** Whether the source ends with its last row; then more bytes are refused. */
  readonly last: boolean;
  /** The most logits that one read gives. */
  readonly most: number;
}

/** The bytes of a range, out of a source's bytes in order. A read never crosses a gap between rows. */
export class RangeReader implements ByteReader {
  #of: RangeReaderOptions;
  #byte: number;
  /** First byte after the run of wanted bytes that the feed stands in. */
  #end: number;
  #nextRow: number;
  #done = false;
  #closing: Promise<void> | undefined;
  #abort = (): void => {
    // Whoever reads next learns of the abort; a failure to cancel on top of it helps nobody.
    this.close(this.#of.signal?.reason).catch(() => {});
  };

  /** Takes charge of the feed. */
  constructor(options: RangeReaderOptions) {
    this.#of = options;
    this.#byte = options.byte;
    this.#end = options.byte;
    this.#nextRow = options.range.rows[0];
    if (options.signal?.aborted) this.#abort();
    else options.signal?.addEventListener("abort", this.#abort, { once: true });
  }

  async read(into: Uint8Array): Promise<number> {
    const { signal } = this.#of;
    signal?.throwIfAborted();
    if (this.#done || this.#closing || into.length === 0) return 0;
    try {
      const count = await this.#read(into);
      signal?.throwIfAborted();
      return count;
    } catch (error) {
      // Closing a feed in the middle of a read makes that read fail; the abort is what happened.
      signal?.throwIfAborted();
      throw this.#explain(error);
    }
  }

  close(reason?: unknown): Promise<void> {
    this.#of.signal?.removeEventListener("abort", this.#abort);
    return this.#closing ??= Promise.resolve(this.#of.feed.close(reason));
  }

  async #read(into: Uint8Array): Promise<number> {
    while (this.#byte === this.#end) {
      if (!await this.#nextRun()) return 0;
    }
    const most = Math.min(into.length, this.#end - this.#byte, this.#of.most * bytesOf(this.#of.shape.dtype));
    const count = await this.#of.feed.read(into.subarray(0, most));
    this.#byte += count;
    return count > 0 ? count : this.#ended();
  }

  get #rowBytes(): number {
    return this.#of.shape.vocabulary * bytesOf(this.#of.shape.dtype);
  }

  /** Goes to the next run: all rows at once where whole rows are read, else the wanted part of the next row. */
  async #nextRun(): Promise<boolean> {
    const { range: { rows, columns }, shape, origin } = this.#of;
    const row = this.#nextRow;
    if (row >= rows[1]) return await this.#finish();
    const start = origin + row * this.#rowBytes;
    const whole = columns[1] - columns[0] === shape.vocabulary;
    this.#nextRow = whole ? rows[1] : row + 1;
    if (!await this.#skipTo(start + columns[0] * bytesOf(shape.dtype))) return false;
    this.#end = whole ? origin + rows[1] * this.#rowBytes : start + columns[1] * bytesOf(shape.dtype);
    return true;
  }

  async #skipTo(byte: number): Promise<boolean> {
    const gap = byte - this.#byte;
    const count = gap > 0 ? await this.#of.feed.skip(gap) : 0;
    this.#byte += count;
    if (count < gap) this.#ended();
    return count === gap;
  }

  /** After the last row of the range: where that is the last of the source, nothing may follow. */
  async #finish(): Promise<false> {
    const { range, shape, last, origin, feed, what } = this.#of;
    this.#done = true;
    if (!last || range.rows[1] !== shape.rows) return false;
    const end = origin + shape.rows * this.#rowBytes;
    if (await this.#skipTo(end) && await feed.read(new Uint8Array(1)) > 0) {
      throw new SourceError(
        `Cannot read ${what}: it goes on after byte ${end}, the end of its ${shape.rows} rows of ${shape.vocabulary}`,
        "E_SOURCE_LONG",
      );
    }
    return false;
  }

  /** The feed gave no more bytes: right between rows when only the end tells how many there are. */
  #ended(): 0 {
    const { range: { rows }, shape, origin, what } = this.#of;
    const bytes = this.#byte - origin;
    const open = rows[1] === Infinity;
    if (open && bytes === 0) throw new ShapeError(`Cannot read ${what}: it is empty, wanted a row`, "E_EMPTY");
    if (!open || bytes % this.#rowBytes !== 0 || bytes <= rows[0] * this.#rowBytes) {
      const wanted = open ? `whole rows of ${shape.vocabulary}` : `rows up to ${rows[1] - 1}`;
      throw new SourceError(`Cannot read ${what}: it ended at ${this.#place()}; wanted ${wanted}`, "E_SOURCE_SHORT");
    }
    this.#done = true;
    return 0;
  }

  #place(): string {
    const bytes = this.#byte - this.#of.origin;
    const id = Math.floor(bytes % this.#rowBytes / bytesOf(this.#of.shape.dtype));
    return `row ${Math.floor(bytes / this.#rowBytes)}, id ${id}, byte ${this.#byte}`;
  }

  #explain(error: unknown): unknown {
    if (errorCode(error)) return error;
    const message = `Cannot read ${this.#of.what}: it failed at ${this.#place()}: ${ioReason(error, "read")}`;
    return new SourceError(message, "E_SOURCE_READ", { cause: error });
  }
}
