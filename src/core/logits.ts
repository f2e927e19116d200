import type { ByteReader } from "./byte_reader.ts";
import type { Chunk } from "./chunk.ts";
import type { Operator } from "./operator.ts";
import type { Range } from "./range.ts";
import type { Shape } from "./shape.ts";
import type { Spec } from "./spec.ts";

/** How a second read is had: for nothing (memory), by opening again (a file), or not at all (a pipe). */
export type Replay = "free" | "reopen" | "once";

/** A place that logits come from. Sources implement this; `logitsFrom` makes it {@linkcode Logits}. */
export interface LogitSource {
  /** Rows, vocabulary, dtype. */
  readonly shape: Shape;
  /** How a second read is had. */
  readonly replay: Replay;
  /** What these are, as data. */
  readonly spec: Spec;
  /** The axes of the array, where it has others than `[rows, vocabulary]`; the vocabulary is the last. */
  readonly axes?: readonly number[] | undefined;
  /** The chunks of a range, row-major, without gap or overlap. */
  open(range?: Range): ReadableStream<Chunk>;
  /** The bytes of a range in the source's dtype, little endian, without a stream in between. Optional and faster. */
  read?(range?: Range): ByteReader;
  /** How many reads of its own origin one `open` costs; 1 if absent, 2 for a map that needs the whole row first. */
  readonly reads?: number;
  /** Something that changes when the source's content may have changed: size and time, or an ETag. */
  identity?(): Promise<string>;
}

/** A description of a `[rows, vocabulary]` array that can be opened, and where its nature allows opened again. */
export interface Logits {
  /** Rows, vocabulary, dtype. */
  readonly shape: Shape;
  /** How a second read is had. */
  readonly replay: Replay;
  /** What these are, as data. */
  readonly spec: Spec;
  /**
   * The axes of the array that the rows were taken from, as `[2, 3, 1000]` for 6 rows of 1,000; absent where it has no others
   * than `[rows, vocabulary]`. Operators and maps keep them, `toNpy` can write them.
   */
  readonly axes?: readonly number[] | undefined;
  /** The chunks of a range, operators applied, row-major, without gap or overlap. */
  open(range?: Range): ReadableStream<Chunk>;
  /** These logits with operators applied, first to last; again logits. Nothing is read. */
  pipe(...operators: Operator[]): Logits;
  /** Where the chunks come from before `operators`. Absent on logits that are not made from a {@linkcode LogitSource}. */
  readonly source?: LogitSource;
  /** What is applied to them, first to last. */
  readonly operators?: readonly Operator[];
}
