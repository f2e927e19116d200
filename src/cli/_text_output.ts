import { ioReason, SinkError } from "../core/mod.ts";

/** Characters that may wait while a write is under way. */
const WAITING = 1 << 16;

/** Text to a file or to standard output. What comes while a write is under way goes together into the next. */
export class TextOutput {
  readonly #what: string;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #file: boolean;
  readonly #encoder = new TextEncoder();
  #waiting = "";
  #writing: Promise<void> | undefined;
  #failure: SinkError | undefined;

  constructor(what: string, stream: WritableStream<Uint8Array>, file: boolean) {
    this.#what = what;
    this.#writer = stream.getWriter();
    this.#file = file;
    // Its failure is met at the next write.
    this.#writer.closed.catch(() => {});
  }

  /** A file, made anew; or the stream if no path is given. */
  static async open(path: string | undefined, stream: WritableStream<Uint8Array>): Promise<TextOutput> {
    if (path === undefined) return new TextOutput("standard output", stream, false);
    try {
      const file = await Deno.open(path, { write: true, create: true, truncate: true });
      return new TextOutput(`"${path}"`, file.writable, true);
    } catch (cause) {
      throw failed(`"${path}"`, cause);
    }
  }

  /** Takes text; waits only if much is waiting. */
  async write(text: string): Promise<void> {
    if (this.#failure) throw this.#failure;
    this.#waiting += text;
    this.#writing ??= this.#drain();
    if (this.#waiting.length >= WAITING) await this.#writing;
  }

  /** Waits until all that came is written, and closes a file. */
  async close(): Promise<void> {
    await this.#writing;
    if (this.#file) await this.#writer.close().catch((error) => this.#failure ??= failed(this.#what, error));
    else this.#writer.releaseLock();
    if (this.#failure) throw this.#failure;
  }

  /** Never rejects: the next call raises the failure. */
  async #drain(): Promise<void> {
    try {
      while (this.#waiting !== "") {
        const bytes = this.#encoder.encode(this.#waiting);
        this.#waiting = "";
        await this.#writer.write(bytes);
      }
    } catch (error) {
      this.#failure = failed(this.#what, error);
    }
    this.#writing = undefined;
  }
}

function failed(what: string, cause: unknown): SinkError {
  return new SinkError(`Cannot write ${what}: ${ioReason(cause, "write")}`, { cause });
}
