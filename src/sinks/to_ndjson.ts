import { ndjsonLine } from "./ndjson_line.ts";
import { openOutput, type Output } from "./_output.ts";

/** Characters that may wait while a write is under way. */
const WAITING = 1 << 16;

/** Writes lines; those that come while a write is under way go together into the next. */
class LineSink implements UnderlyingSink<unknown> {
  #output: Output;
  #encoder = new TextEncoder();
  #waiting = "";
  #writing: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(output: Output) {
    this.#output = output;
  }

  async write(value: unknown): Promise<void> {
    try {
      this.#check();
      this.#waiting += ndjsonLine(value);
      this.#writing ??= this.#drain();
      if (this.#waiting.length >= WAITING) await this.#writing;
    } catch (error) {
      await this.abort(error).catch(() => {});
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#writing;
    try {
      this.#check();
    } catch (error) {
      await this.#output.abort(error).catch(() => {});
      throw error;
    }
    await this.#output.close();
  }

  /** What has come is still written. */
  async abort(reason: unknown): Promise<void> {
    await this.#writing;
    await this.#output.abort(reason);
  }

  /** Writes until nothing waits. Never rejects: the failure is raised by the next call. */
  async #drain(): Promise<void> {
    try {
      while (this.#waiting !== "") {
        const bytes = this.#encoder.encode(this.#waiting);
        this.#waiting = "";
        await this.#output.write(bytes);
      }
    } catch (error) {
      this.#failure = { error };
    }
    this.#writing = undefined;
  }

  #check(): void {
    if (this.#failure) throw this.#failure.error;
  }
}

/**
 * Writes values as NDJSON, one a line, as {@linkcode ndjsonLine} does.
 *
 * A line is written at once; lines that come while a write is under way are written together, so that many small rows
 * do not cost a write each. After an error or an abort, the lines that have come are kept.
 *
 * @example NaN is written as a string
 * ```ts
 * import { toNdjson } from "@sluice/sluice/sinks";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile();
 * await ReadableStream.from([{ row: 0, lse: 1.5 }, { row: 1, lse: NaN }]).pipeTo(await toNdjson(path));
 * assertEquals(await Deno.readTextFile(path), '{"row":0,"lse":1.5}\n{"row":1,"lse":"NaN"}\n');
 * await Deno.remove(path);
 * ```
 *
 * @param target A file, which is replaced, or a stream of bytes.
 * @returns A stream for `pipeTo`.
 * @throws {SinkError} If the file cannot be opened; the stream fails with it if the target cannot be written.
 */
export async function toNdjson(target: string | URL | WritableStream<Uint8Array>): Promise<WritableStream<unknown>> {
  return new WritableStream(new LineSink(await openOutput(target)));
}
