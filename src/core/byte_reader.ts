/** Bytes read straight into memory that the caller owns and reuses: how files and pipes feed the engine. */
export interface ByteReader {
  /** Reads up to `into.length` bytes; gives how many, 0 at the end. */
  read(into: Uint8Array): Promise<number>;
  /** Gives the resource back, after the read under way where that can end soon. Called once; with the reason if before the end. */
  close(reason?: unknown): void | Promise<void>;
}
