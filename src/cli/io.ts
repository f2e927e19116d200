import type { Logits } from "../core/mod.ts";
import type { FromStdinOptions } from "../sources/mod.ts";

/** What a command has of the world besides files. */
export interface Io {
  /** Standard output. It is not closed. */
  readonly output: WritableStream<Uint8Array>;
  /** Whether a person reads the output. */
  readonly outputIsTerminal: boolean;
  /** Writes to standard error. */
  error(text: string): void;
  /** Whether a person reads standard error: then long work shows a progress bar. */
  readonly errorIsTerminal: boolean;
  /** Characters of a line of the terminal. */
  readonly columns: number;
  /** Logits on standard input. */
  input(options: FromStdinOptions): Promise<Logits>;
  /** Which file standard input is, where it is one: an output that is the same file is refused. */
  inputFile?(): Promise<Pick<Deno.FileInfo, "dev" | "ino"> | undefined>;
  /** Stops the work; what was produced is kept. */
  readonly signal?: AbortSignal;
}
