import { ParameterError } from "../core/mod.ts";
import { failed, type Output } from "./_output.ts";

/** A stream of the caller's. */
export class StreamOutput implements Output {
  readonly what = "the stream";
  readonly keepsBytes = true;
  written = 0;
  #writer: WritableStreamDefaultWriter<Uint8Array>;

  constructor(stream: WritableStream<Uint8Array>) {
    if (stream.locked) throw new ParameterError("Cannot write the stream: it is being written already");
    this.#writer = stream.getWriter();
    // Its failure is met at the next write or at the close.
    this.#writer.closed.catch(() => {});
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#writer.ready;
      await this.#writer.write(bytes);
      this.written += bytes.length;
    } catch (error) {
      throw failed(this.what, error);
    }
  }

  async close(): Promise<void> {
    try {
      await this.#writer.close();
    } catch (error) {
      throw failed(this.what, error);
    }
  }

  async abort(reason: unknown): Promise<void> {
    await this.#writer.abort(reason);
  }
}
