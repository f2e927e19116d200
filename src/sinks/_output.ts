import { ioReason, SinkError } from "../core/mod.ts";

/** Where bytes go: a file, or a stream of the caller's. */
export interface Output {
  /** What messages call it. */
  readonly what: string;
  /** Bytes that have arrived, also of a write that failed in the middle. */
  readonly written: number;
  /** Whether bytes are still read once they are written: a stream of the caller's may keep them. */
  readonly keepsBytes: boolean;
  /** Writes all of the bytes; they must not change until it is done. */
  write(bytes: Uint8Array): Promise<void>;
  /** Writes what waits, where writes are collected. */
  flush?(): Promise<void>;
  /** Cuts off what lies after `size` bytes and writes the beginning anew; where nothing can be undone, absent. */
  readonly keep?: ((beginning: Uint8Array, size: number) => Promise<void>) | undefined;
  /** Ends it well. */
  close(): Promise<void>;
  /** Ends it early; a file keeps what was written. */
  abort(reason: unknown): Promise<void>;
}

/** The error of an output that could not be written. A stream that ends in a sink of ours has said so itself. */
export function failed(what: string, cause: unknown): SinkError {
  return cause instanceof SinkError
    ? cause
    : new SinkError(`Cannot write ${what}: ${ioReason(cause, "write")}`, { cause });
}
