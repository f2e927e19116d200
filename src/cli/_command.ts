import type { Flag, Flags } from "./_flags.ts";
import type { Io } from "./io.ts";

/** One command. */
export interface Command {
  readonly name: string;
  /** What follows the name on the first line of its help. */
  readonly usage: string;
  /** What it does, in a line. */
  readonly summary: string;
  readonly flags: readonly Flag[];
  /** What else its help says. */
  readonly notes: string;
  /** Two lines that a newcomer may copy. */
  readonly examples: readonly [string, string];
  /** Checks all that can be checked before the first row, and gives the work. What is refused here is wrong usage. */
  prepare(flags: Flags, io: Io): Promise<() => Promise<void>>;
}
