import {
  type ByteReader,
  checkRange,
  type Chunk,
  type Logits,
  logitsFrom,
  type Range,
  type Replay,
  type Shape,
  type Spec,
} from "../core/mod.ts";
import type { ByteFeed } from "./_byte_feed.ts";
import type { Cut } from "./_cut.ts";
import { openBytes } from "./_open_bytes.ts";
import { RangeReader } from "./_range_reader.ts";

/** What makes a source of bytes. */
export interface ByteSource {
  /** What messages call the source. */
  readonly what: string;
  readonly shape: Shape;
  readonly replay: Replay;
  readonly spec: Spec;
  readonly axes?: readonly number[] | undefined;
  readonly cut: Cut;
  /** Byte of the source at which row 0 begins. */
  readonly origin: number;
  /** Whether the source ends with its last row. */
  readonly last: boolean;
  /** The source's bytes and where they begin. */
  feed(): { readonly feed: ByteFeed; readonly byte: number };
  identity?(): Promise<string>;
}

/** Makes logits of a source of bytes. */
export function byteLogits(source: ByteSource): Logits {
  const { shape, replay, spec, axes, cut, identity } = source;
  function reader(range: Range | undefined): RangeReader {
    const full = checkRange(shape, range);
    return new RangeReader({ ...source, ...source.feed(), ...cut, range: full, signal: range?.signal });
  }
  return logitsFrom({
    shape,
    replay,
    spec,
    axes,
    open: (range?: Range): ReadableStream<Chunk> =>
      openBytes(reader(range), shape, checkRange(shape, range), cut.chunk, range?.signal),
    read: (range?: Range): ByteReader => reader(range),
    ...identity && { identity },
  });
}
