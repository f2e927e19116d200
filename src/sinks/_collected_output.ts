import { FileOutput } from "./_file_output.ts";
import type { Output } from "./_output.ts";

/** Bytes of one write: a write costs a change of threads, whatever it brings. */
const PIECE = 1 << 20;

/** The output; of a file, its writes are collected. Of a pipe or a stream not: somebody reads what comes. */
export function collected(output: Output): Output {
  return output instanceof FileOutput && output.isRegular ? new CollectedOutput(output) : output;
}

class CollectedOutput implements Output {
  readonly keepsBytes = false;
  readonly #output: Output;
  readonly #piece = new Uint8Array(PIECE);
  /** Bytes that wait, at the beginning of the piece. */
  #waiting = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  get what(): string {
    return this.#output.what;
  }

  /** Those that wait are not there yet. */
  get written(): number {
    return this.#output.written;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const part = bytes.subarray(done, done + PIECE - this.#waiting);
      this.#piece.set(part, this.#waiting);
      this.#waiting += part.length;
      done += part.length;
      if (this.#waiting === PIECE) await this.flush();
    }
  }

  /** What cannot be written is given up: it would fail again. */
  async flush(): Promise<void> {
    const waiting = this.#piece.subarray(0, this.#waiting);
    this.#waiting = 0;
    if (waiting.length > 0) await this.#output.write(waiting);
  }

  get keep(): Output["keep"] {
    const { keep } = this.#output;
    return keep && ((beginning, size) => keep(beginning, size));
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#output.close();
  }

  async abort(reason: unknown): Promise<void> {
    await this.#output.abort(reason);
  }
}
