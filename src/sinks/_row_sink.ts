import { bytesOf, type Chunk, ChunkOrder, type Shape, ShapeError } from "../core/mod.ts";
import type { Output } from "./_output.ts";

/** The bytes before the rows; their number does not depend on how many rows there are. */
export type Header = (shape: Shape, rows: number) => Uint8Array;

/** Writes whole rows, in order, after a header. Whatever goes wrong, a file keeps the rows that are complete. */
class RowSink implements UnderlyingSink<Chunk> {
  #output: Output;
  #header: Header;
  #shape: Shape | undefined;
  #order: ChunkOrder | undefined;
  /** Whether the header is written. */
  #begun = false;

  constructor(output: Output, header: Header) {
    this.#output = output;
    this.#header = header;
  }

  async write(chunk: Chunk): Promise<void> {
    try {
      this.#take(chunk);
      if (!this.#begun) await this.#output.write(this.#header(chunk.shape, 0));
      this.#begun = true;
      const { buffer, byteOffset, byteLength } = chunk.data;
      await this.#output.write(new Uint8Array(buffer, byteOffset, byteLength));
      if (!this.#output.keepsBytes) chunk.release?.();
    } catch (error) {
      await this.abort(error).catch(() => {});
      throw error;
    }
  }

  async close(): Promise<void> {
    try {
      if (!this.#order) {
        throw new ShapeError(`Cannot write ${this.#output.what}: no chunk came, so its shape is unknown`, "E_EMPTY");
      }
      this.#order.end();
      await this.#output.flush?.();
      await this.#keepRows();
    } catch (error) {
      await this.abort(error).catch(() => {});
      throw error;
    }
    await this.#output.close();
  }

  async abort(reason: unknown): Promise<void> {
    try {
      // If that fails too, the rows before it are kept.
      await this.#output.flush?.().catch(() => {});
      await this.#keepRows();
    } finally {
      await this.#output.abort(reason);
    }
  }

  #take(chunk: Chunk): void {
    const { shape, row, start } = chunk;
    if (!this.#shape || !this.#order) {
      if (start !== 0) {
        throw new ShapeError(
          `Cannot write ${this.#output.what}: the first chunk begins at row ${row}, id ${start}, wanted whole rows`,
          "E_ORDER",
        );
      }
      this.#order = new ChunkOrder(shape, [row, Infinity], [0, shape.vocabulary]);
      this.#shape = shape;
    }
    const { vocabulary, dtype } = this.#shape;
    if (shape.vocabulary !== vocabulary || shape.dtype !== dtype) {
      throw new ShapeError(
        `Cannot write the chunk at row ${row}, id ${start}: it has rows of ${shape.vocabulary} ${shape.dtype}, the ones before ${vocabulary} ${dtype}`,
      );
    }
    this.#order.take(chunk);
  }

  /** Makes a file consist of a true header and whole rows. */
  async #keepRows(): Promise<void> {
    if (!this.#shape || !this.#begun) return;
    const { vocabulary, dtype } = this.#shape;
    const rowBytes = vocabulary * bytesOf(dtype);
    // The header has one length, whatever it says; of a chunk that did not fit, the rows that did are kept.
    const { length } = this.#header(this.#shape, 0);
    const rows = Math.floor((this.#output.written - length) / rowBytes);
    await this.#output.keep?.(this.#header(this.#shape, rows), length + rows * rowBytes);
  }
}

/** A stream that writes chunks as rows. */
export function rowSink(output: Output, header: Header): WritableStream<Chunk> {
  return new WritableStream(new RowSink(output, header));
}
