import type { ByteFeed } from "./_byte_feed.ts";

/** A file, opened at its first read. */
export class FileFeed implements ByteFeed {
  #path: string | URL;
  #byte: number;
  #file: Promise<Deno.FsFile> | undefined;
  #pending: Promise<unknown> | undefined;
  /** Where the operating system's own position is. */
  #at = 0;

  /** Starts at `byte` of the file. */
  constructor(path: string | URL, byte = 0) {
    this.#path = path;
    this.#byte = byte;
  }

  read(into: Uint8Array): Promise<number> {
    const reading = this.#read(into);
    this.#pending = reading;
    return reading;
  }

  async #read(into: Uint8Array): Promise<number> {
    this.#file ??= Deno.open(this.#path);
    const file = await this.#file;
    if (this.#at !== this.#byte) await file.seek(this.#byte, Deno.SeekMode.Start);
    this.#at = this.#byte;
    const count = await file.read(into) ?? 0;
    this.#byte = this.#at += count;
    return count;
  }

  /** Costs nothing: the next read seeks. */
  skip(bytes: number): Promise<number> {
    this.#byte += bytes;
    return Promise.resolve(bytes);
  }

  async close(): Promise<void> {
    // A read in flight still writes into the caller's memory: it must end before the file does.
    await this.#pending?.catch(() => {});
    const file = await this.#file?.catch(() => {});
    file?.close();
  }
}
