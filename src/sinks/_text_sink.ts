import type { Output } from "./_output.ts";

/** Characters that may wait while a write is under way. */
const WAITING = 1 << 16;

/** Writes text; what comes while a write is under way goes together into the next. */
class TextSink<T> implements UnderlyingSink<T> {
  #output: Output;
  #textOf: (value: T) => string;
  #encoder = new TextEncoder();
  #waiting = "";
  #writing: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(output: Output, textOf: (value: T) => string) {
    this.#output = output;
    this.#textOf = textOf;
  }

  async write(value: T): Promise<void> {
    try {
      this.#check();
      this.#waiting += this.#textOf(value);
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

/** A stream that writes values as text. */
export function textSink<T>(output: Output, textOf: (value: T) => string): WritableStream<T> {
  return new WritableStream(new TextSink(output, textOf));
}
