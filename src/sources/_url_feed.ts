import { SourceChangedError, SourceError } from "../core/mod.ts";
import { type ByteFeed, discard } from "./_byte_feed.ts";
import { StreamFeed } from "./_stream_feed.ts";
import { fetchPart, type Remote } from "./_remote.ts";

/** A gap that is cheaper to read past than to ask for anew. */
const NEAR = 1 << 18;

/** A file behind a URL, asked for at its first read, from where it is read. */
export class UrlFeed implements ByteFeed {
  readonly #remote: Remote;
  readonly #stop = new AbortController();
  #byte: number;
  #feed: Promise<StreamFeed> | undefined;

  /** Starts at `byte`. */
  constructor(remote: Remote, byte: number) {
    this.#remote = remote;
    this.#byte = byte;
  }

  async read(into: Uint8Array): Promise<number> {
    if (this.#byte >= this.#remote.size) return 0;
    this.#feed ??= this.#open();
    const count = await (await this.#feed).read(into);
    this.#byte += count;
    return count;
  }

  async skip(bytes: number): Promise<number> {
    if (this.#feed && bytes <= NEAR) return await discard(this, bytes);
    await this.#drop();
    this.#byte += bytes;
    return bytes;
  }

  async #open(): Promise<StreamFeed> {
    const { what, size, identity } = this.#remote;
    const part = await fetchPart(this.#remote, `bytes=${this.#byte}-`, this.#stop.signal);
    if (part.identity !== identity || part.size !== size) {
      await part.body.cancel();
      throw new SourceChangedError(
        `Cannot read ${what} on: it was ${size} bytes, ${identity}; it is now ${part.size} bytes, ${part.identity}`,
      );
    }
    if (part.start !== this.#byte) {
      await part.body.cancel();
      throw new SourceError(
        `Cannot read ${what}: its server gave byte ${part.start}, wanted ${this.#byte}`,
        "E_SOURCE_RANGE",
      );
    }
    return new StreamFeed(part.body, "f32");
  }

  async #drop(reason?: unknown): Promise<void> {
    const feed = await this.#feed?.catch(() => undefined);
    this.#feed = undefined;
    await feed?.close(reason);
  }

  async close(reason?: unknown): Promise<void> {
    // Ends a request that waits for its answer, too.
    this.#stop.abort(reason);
    await this.#drop(reason).catch(() => {});
  }
}
