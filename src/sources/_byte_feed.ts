/** Bytes in order: what files, streams and pipes have in common. */
export interface ByteFeed {
  /** Reads up to `into.length` bytes; gives how many, 0 at the end. */
  read(into: Uint8Array): Promise<number>;
  /** Goes past `bytes` bytes; gives how many there were. */
  skip(bytes: number): Promise<number>;
  /** Gives the resource back, also in the middle of a read. Called once; `reason` says why if before the end. */
  close(reason?: unknown): void | Promise<void>;
}

const SCRATCH = 1 << 16;

/** Goes past bytes by reading them. */
export async function discard(feed: Pick<ByteFeed, "read">, bytes: number): Promise<number> {
  const scratch = new Uint8Array(Math.min(bytes, SCRATCH));
  let done = 0;
  while (done < bytes) {
    const count = await feed.read(scratch.subarray(0, bytes - done));
    if (count === 0) break;
    done += count;
  }
  return done;
}

/** The next `bytes` bytes, or fewer at the end. */
export async function take(feed: Pick<ByteFeed, "read">, bytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const into = new Uint8Array(bytes);
  let done = 0;
  while (done < bytes) {
    const count = await feed.read(into.subarray(done));
    if (count === 0) break;
    done += count;
  }
  return into.subarray(0, done);
}
