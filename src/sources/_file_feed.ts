import type { ByteFeed } from "./_byte_feed.ts";

/** Of reads that block, every so many waits after all: signals and timers get their turn. */
const TURN = 16;

/** A file, opened at its first read. */
export class FileFeed implements ByteFeed {
  #path: string | URL;
  #byte: number;
  #file: Promise<Deno.FsFile> | undefined;
  #pending: Promise<unknown> | undefined;
  /** Where the operating system's own position is. */
  #at = 0;

  readonly #blocking: boolean;
  #reads = 0;

  /** Starts at `byte` of the file. `blocking`: reads may hold up whatever else the process does. */
  constructor(path: string | URL, byte = 0, blocking = false) {
    this.#path = path;
    this.#byte = byte;
    this.#blocking = blocking;
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
    const waits = !this.#blocking || ++this.#reads % TURN === 0;
    const count = (waits ? await file.read(into) : file.readSync(into)) ?? 0;
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
