import { SourceError } from "../core/mod.ts";
import { type ByteFeed, take } from "./_byte_feed.ts";
import { flatten, type Layout } from "./_layout.ts";
import { NPY_PREFIX, npyDtype, npyText, parseNpyHeader } from "../formats/inside.ts";

/** Reads a `.npy` header: `prefix` is what has been read of it, the feed gives the rest. Also gives what was read past it. */
export async function npyLayout(
  what: string,
  feed: Pick<ByteFeed, "read">,
  prefix: Uint8Array,
): Promise<Layout & { readonly excess: Uint8Array<ArrayBuffer> }> {
  const begun = await extend(feed, prefix, NPY_PREFIX);
  const { from, to } = npyText(what, begun);
  const bytes = await extend(feed, begun, to);
  if (bytes.length < to) {
    throw new SourceError(
      `Cannot read ${what}: it ends in its header, at byte ${bytes.length} of ${to}`,
      "E_SOURCE_SHORT",
    );
  }
  const header = parseNpyHeader(what, bytes.subarray(from, to));
  return { ...flatten(what, header.axes, npyDtype(what, header)), origin: to, excess: bytes.subarray(to) };
}

async function extend(
  feed: Pick<ByteFeed, "read">,
  begun: Uint8Array,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const more = await take(feed, Math.max(0, length - begun.length));
  const all = new Uint8Array(begun.length + more.length);
  all.set(begun);
  all.set(more, begun.length);
  return all;
}
