import {
  checkShape,
  checkWhole,
  errorCode,
  ioReason,
  type Logits,
  ParameterError,
  SourceError,
  SourceExhaustedError,
} from "../core/mod.ts";
import { localSpec } from "../core/inside.ts";
import type { ByteFeed } from "./_byte_feed.ts";
import { byteLogits } from "./_byte_logits.ts";
import type { Cut } from "./_cut.ts";
import { agree, checkDtype, type Expected, type Layout } from "./_layout.ts";
import { npyLayout } from "./_npy_layout.ts";
import { PeekedFeed } from "./_peeked_feed.ts";
import { safetensorsLayout } from "./_safetensors_layout.ts";

/** A source whose bytes come by once. */
export interface OnceSource {
  /** What messages call it. */
  readonly what: string;
  /** The factory's name. */
  readonly name: string;
  readonly feed: ByteFeed;
  readonly cut: Cut;
}

/** Refuses options out of range. */
export function checkExpected({ rows, vocabulary, dtype }: Expected): void {
  if (rows !== undefined) checkWhole("rows", rows, 1);
  if (vocabulary !== undefined) checkWhole("vocabulary", vocabulary, 1);
  if (dtype !== undefined) checkDtype(dtype);
}

/** Raw logits; nothing is read before they are opened. */
export function rawOnce(source: OnceSource, expected: Expected, peeked = new Uint8Array(0)): Logits {
  const { rows, vocabulary, dtype = "f32" } = expected;
  if (vocabulary === undefined) {
    throw new ParameterError(
      `Cannot read ${source.what} without "vocabulary": it is no .npy, so nothing says how long a row is`,
    );
  }
  const shape = checkShape(source.what, { rows, vocabulary, dtype });
  return onceLogits(source, { shape, origin: 0 }, { feed: new PeekedFeed(peeked, source.feed), byte: 0 });
}

/** A `.npy`, of which `prefix` has been read; reads the rest of its header. */
export async function npyOnce(source: OnceSource, expected: Expected, prefix: Uint8Array): Promise<Logits> {
  const { excess, ...layout } = await npyLayout(source.what, source.feed, prefix);
  agree(source.what, layout.shape, expected);
  return onceLogits(source, layout, { feed: new PeekedFeed(excess, source.feed), byte: layout.origin });
}

/** A tensor of a `.safetensors`, whose header is read. */
export async function safetensorsOnce(
  source: OnceSource,
  expected: Expected,
  size: number | undefined,
  tensor: string | undefined,
): Promise<Logits> {
  const layout = await safetensorsLayout(source.what, source.feed, size, tensor);
  agree(source.what, layout.shape, expected);
  return onceLogits(source, layout, { feed: source.feed, byte: layout.header }, layout.last);
}

/** Runs the part of a source that reads before the first `open`: after an error the source is given back. */
export async function peeking<T>({ what, feed }: OnceSource, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    await Promise.resolve(feed.close(error)).catch(() => {});
    if (errorCode(error)) throw error;
    throw new SourceError(`Cannot read ${what}: ${ioReason(error, "read")}`, "E_SOURCE_READ", { cause: error });
  }
}

function onceLogits(
  { what, name, cut }: OnceSource,
  { shape, axes, origin }: Layout,
  begun: { readonly feed: ByteFeed; readonly byte: number },
  last = true,
): Logits {
  let opened = false;
  return byteLogits({
    what,
    shape,
    replay: "once",
    spec: localSpec(name),
    axes,
    cut,
    origin,
    last,
    feed: () => {
      if (opened) {
        throw new SourceExhaustedError(`Cannot read ${what} again: its bytes come by once; save them, or use fromFile`);
      }
      opened = true;
      return begun;
    },
  });
}
