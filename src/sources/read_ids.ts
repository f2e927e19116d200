import { errorCode, ioReason, ParameterError, ShapeError, shown, SourceError } from "../core/mod.ts";
import { ArrayFeed } from "./_array_feed.ts";
import { type ByteFeed, take } from "./_byte_feed.ts";
import { FileFeed } from "./_file_feed.ts";
import { NPY_PREFIX, npyText, parseNpyHeader } from "../formats/inside.ts";

/** NumPy's names of whole numbers, and how to read one. */
const READERS: Record<string, { readonly bytes: number; at(view: DataView, byte: number): number }> = {
  "|i1": { bytes: 1, at: (view, byte) => view.getInt8(byte) },
  "|u1": { bytes: 1, at: (view, byte) => view.getUint8(byte) },
  "<i2": { bytes: 2, at: (view, byte) => view.getInt16(byte, true) },
  "<u2": { bytes: 2, at: (view, byte) => view.getUint16(byte, true) },
  "<i4": { bytes: 4, at: (view, byte) => view.getInt32(byte, true) },
  "<u4": { bytes: 4, at: (view, byte) => view.getUint32(byte, true) },
  "<i8": { bytes: 8, at: (view, byte) => Number(view.getBigInt64(byte, true)) },
  "<u8": { bytes: 8, at: (view, byte) => Number(view.getBigUint64(byte, true)) },
};

/**
 * Token ids of a `.npy`, a file or its bytes: one axis of whole numbers (1 to 8 bytes, little endian), as labels for `label`.
 *
 * Ids beyond 2^53 are rounded: no vocabulary goes there, and what takes ids refuses them. Needs permission to read the file.
 *
 * @example Labels from a .npy of int16
 * ```ts
 * import { readIds } from "@sluice/sluice/sources";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile({ suffix: ".npy" });
 * const header = "{'descr': '<i2', 'fortran_order': False, 'shape': (2,), }".padEnd(117) + "\n";
 * await Deno.writeFile(path, new Uint8Array([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, 118, 0]));
 * await Deno.writeTextFile(path, header, { append: true });
 * await Deno.writeFile(path, new Uint8Array(Int16Array.of(7, -100).buffer), { append: true });
 *
 * assertEquals(await readIds(path), Float64Array.of(7, -100));
 * await Deno.remove(path);
 * ```
 *
 * @param from Where the file is, or its bytes.
 * @returns The ids.
 * @throws {ParameterError} If it is neither.
 * @throws {SourceError} If the file cannot be read, is no `.npy`, or is not as long as its header says.
 * @throws {ShapeError} If it does not hold whole numbers on one axis.
 */
export async function readIds(from: string | URL | Uint8Array): Promise<Float64Array> {
  if (typeof from !== "string" && !(from instanceof URL) && !(from instanceof Uint8Array)) {
    throw new ParameterError(`Cannot read ids from ${shown(from)}: wanted a path, a file: URL or the bytes of a .npy`);
  }
  if (from instanceof Uint8Array) return await readAll("the ids", new ArrayFeed(from), from.length);
  const what = `"${from instanceof URL ? decodeURIComponent(from.pathname) : from}"`;
  const feed = new FileFeed(from);
  try {
    return await readAll(what, feed, (await Deno.stat(from)).size);
  } catch (error) {
    if (errorCode(error)) throw error;
    throw new SourceError(`Cannot read ${what}: ${ioReason(error, "read")}`, "E_SOURCE_READ", { cause: error });
  } finally {
    await feed.close();
  }
}

async function readAll(what: string, feed: ByteFeed, size: number): Promise<Float64Array> {
  const { from, to } = npyText(what, await take(feed, NPY_PREFIX));
  await feed.skip(from - NPY_PREFIX);
  const { descr, axes } = parseNpyHeader(what, await take(feed, to - from));
  const reader = Object.hasOwn(READERS, descr) ? READERS[descr] : undefined;
  if (!reader) {
    throw new ShapeError(
      `Cannot read ids from ${what}: its dtype is '${descr}', wanted little endian whole numbers (as '<i4' or '<i8')`,
      "E_DTYPE",
    );
  }
  if (axes.length !== 1) {
    throw new ShapeError(`Cannot read ids from ${what}: its axes are (${axes}), wanted one (ids.reshape(-1))`);
  }
  checkSize(what, size, to + axes[0] * reader.bytes);
  const bytes = await take(feed, axes[0] * reader.bytes);
  const view = new DataView(bytes.buffer, 0, bytes.length);
  return Float64Array.from({ length: axes[0] }, (_, i) => reader.at(view, i * reader.bytes));
}

function checkSize(what: string, size: number, wanted: number): void {
  if (size === wanted) return;
  throw new SourceError(
    `Cannot read ids from ${what}: it has ${size} bytes, its header says ${wanted}`,
    size < wanted ? "E_SOURCE_SHORT" : "E_SOURCE_LONG",
  );
}
