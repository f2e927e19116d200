import type { ByteFeed } from "./_byte_feed.ts";

/** A feed of which some bytes have been read already: gives them first. */
export class PeekedFeed implements ByteFeed {
  #peeked: Uint8Array;
  #rest: ByteFeed;

  constructor(peeked: Uint8Array, rest: ByteFeed) {
    this.#peeked = peeked;
    this.#rest = rest;
  }

  read(into: Uint8Array): Promise<number> {
    if (this.#peeked.length === 0) return this.#rest.read(into);
    const part = this.#peeked.subarray(0, into.length);
    into.set(part);
    this.#peeked = this.#peeked.subarray(part.length);
    return Promise.resolve(part.length);
  }

  async skip(bytes: number): Promise<number> {
    const count = Math.min(bytes, this.#peeked.length);
    this.#peeked = this.#peeked.subarray(count);
    return count + (bytes > count ? await this.#rest.skip(bytes - count) : 0);
  }

  close(reason?: unknown): void | Promise<void> {
    return this.#rest.close(reason);
  }
}
