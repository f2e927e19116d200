/** Where the rows of a one-shot stream wait for their second read when they outgrow the row cache. */
export interface Spill {
  /** Opens an empty store; one is open at a time a flow. */
  open(): Promise<SpillStore>;
}

/** One row's bytes: written in order, then read in order. */
export interface SpillStore {
  /** Appends bytes; refuses what goes past the store's limit. */
  write(bytes: Uint8Array): Promise<void>;
  /** Reads up to `into.length` bytes from byte `at` on; gives how many. */
  read(at: number, into: Uint8Array): Promise<number>;
  /** Forgets the content, for the next row. */
  clear(): Promise<void>;
  /** Gives the space back. */
  close(): Promise<void>;
}
