import { ioReason, SinkError } from "../core/mod.ts";

/** Where bytes go: a file, or a stream of the caller's. */
export interface Output {
  /** What messages call it. */
  readonly what: string;
  /** Writes all of the bytes; they must not change until it is done. */
  write(bytes: Uint8Array): Promise<void>;
  /** Cuts off what lies after `size` bytes and writes the beginning anew; where nothing can be undone, absent. */
  keep?(beginning: Uint8Array, size: number): Promise<void>;
  /** Ends it well. */
  close(): Promise<void>;
  /** Ends it early; a file keeps what was written. */
  abort(reason: unknown): Promise<void>;
}

/** Opens a file for writing, or takes a stream. */
export async function openOutput(target: string | URL | WritableStream<Uint8Array>): Promise<Output> {
  return target instanceof WritableStream ? new StreamOutput(target) : await FileOutput.open(target);
}

/** A file, made anew. */
class FileOutput implements Output {
  readonly what: string;
  #file: Deno.FsFile;

  constructor(what: string, file: Deno.FsFile) {
    this.what = what;
    this.#file = file;
  }

  static async open(path: string | URL): Promise<FileOutput> {
    const what = `"${path instanceof URL ? path.pathname : path}"`;
    try {
      return new FileOutput(what, await Deno.open(path, { write: true, create: true, truncate: true }));
    } catch (error) {
      throw failed(what, error);
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      for (let done = 0; done < bytes.length;) done += await this.#file.write(bytes.subarray(done));
    } catch (error) {
      throw failed(this.what, error);
    }
  }

  async keep(beginning: Uint8Array, size: number): Promise<void> {
    try {
      await this.#file.truncate(size);
      await this.#file.seek(0, Deno.SeekMode.Start);
    } catch (error) {
      throw failed(this.what, error);
    }
    await this.write(beginning);
  }

  close(): Promise<void> {
    this.#file.close();
    return Promise.resolve();
  }

  abort(): Promise<void> {
    return this.close();
  }
}

class StreamOutput implements Output {
  readonly what = "the stream";
  #writer: WritableStreamDefaultWriter<Uint8Array>;

  constructor(stream: WritableStream<Uint8Array>) {
    this.#writer = stream.getWriter();
    // Its failure is met at the next write or at the close.
    this.#writer.closed.catch(() => {});
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#writer.ready;
      await this.#writer.write(bytes);
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

function failed(what: string, cause: unknown): SinkError {
  return new SinkError(`Cannot write ${what}: ${ioReason(cause, "write")}`, { cause });
}
