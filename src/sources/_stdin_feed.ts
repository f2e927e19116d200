import { type ByteFeed, discard } from "./_byte_feed.ts";

/** Standard input, read straight into the caller's memory. */
export class StdinFeed implements ByteFeed {
  async read(into: Uint8Array): Promise<number> {
    return await Deno.stdin.read(into) ?? 0;
  }

  skip(bytes: number): Promise<number> {
    return discard(this, bytes);
  }

  /** Ends a read that waits for input, too. */
  close(): void {
    Deno.stdin.close();
  }
}
