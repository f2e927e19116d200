import { checkWhole, type Dtype, type LogitArray, type Logits, optionsOf, ParameterError, shown } from "../core/mod.ts";
import { type ByteFeed, take } from "./_byte_feed.ts";
import { cutOf } from "./_cut.ts";
import { isNpy, NPY_MAGIC } from "../formats/inside.ts";
import { checkExpected, npyOnce, type OnceSource, peeking, rawOnce, safetensorsOnce } from "./_once.ts";
import { StreamFeed } from "./_stream_feed.ts";

/** What {@linkcode fromStream} cannot learn from the stream. */
export interface FromStreamOptions {
  /** Logits in a row. Without it the bytes must be a `.npy`. */
  readonly vocabulary?: number;
  /** How a logit is stored: "f32" unless said. */
  readonly dtype?: Dtype;
  /** How many rows there are, if known; then more or fewer are refused. */
  readonly rows?: number;
  /**
   * How the bytes are written: `"raw"`, `"npy"`, `"safetensors"`, or `"any"` for a `.npy` if it begins as one and raw bytes
   * otherwise. Raw when absent and there is a vocabulary, else `.npy`.
   */
  readonly format?: "raw" | "npy" | "safetensors" | "any";
  /** The tensor of a safetensors stream; may be left out if there is only one. */
  readonly tensor?: string;
  /** How many bytes a safetensors stream has, if known; then more or fewer are refused. */
  readonly size?: number;
  /** The most logits of a chunk, 65,536 by default; also of a read without a stream. */
  readonly chunk?: number;
}

/**
 * Logits from a stream that is read once: little-endian bytes, cut anywhere, or typed arrays of the dtype.
 *
 * With a vocabulary nothing is read before the logits are opened; without one, or with a `format` that has a header, the
 * header is read first. The header of a safetensors stream of unknown size may have 8 MiB.
 * Each read takes one chunk of the stream and passes on what is there, so that a slow stream is not held back. Canceling,
 * or the range's signal, cancels the stream. A range is honoured by reading past what is left out.
 *
 * @example Bytes cut inside a logit
 * ```ts
 * import { fromStream } from "@sluice/sluice/sources";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);
 * const cut = ReadableStream.from([bytes.subarray(0, 5), bytes.subarray(5)]);
 *
 * const logits = await fromStream(cut, { vocabulary: 4 });
 * const chunks = await Array.fromAsync(logits.open());
 * assertEquals(chunks.flatMap(({ data }) => [...data]), [1, 2, 3, 4]);
 * ```
 *
 * @param stream What to read. It stays locked.
 * @param options What the stream does not say.
 * @returns Logits that can be opened once; then `SourceExhaustedError`.
 * @throws {ParameterError} If an option is out of range.
 * @throws {SourceError} If a `.npy` was expected and the stream fails or holds something else. When opened, the logits fail
 * with `E_SOURCE_SHORT` if the stream ends inside a row, `E_SOURCE_LONG` if it goes on after `rows`.
 */
export async function fromStream(
  stream: ReadableStream<Uint8Array | LogitArray | Float16Array>,
  options: FromStreamOptions = {},
): Promise<Logits> {
  checkExpected(optionsOf("fromStream", options, OPTIONS));
  const cut = cutOf(options.chunk);
  checkStream(stream);
  const feed = new StreamFeed(stream, options.dtype ?? "f32");
  const source: OnceSource = { what: "the stream", name: "fromStream", feed, cut };
  const format = options.format ?? (options.vocabulary === undefined ? "npy" : "raw");
  checkFormat(format, options);
  if (format === "raw") return rawOnce(source, options);
  return await peeking(source, async () => {
    if (format === "safetensors") return await safetensorsOnce(source, options, options.size, options.tensor);
    const prefix = format === "any" ? await peek(feed) : new Uint8Array(0);
    return format === "any" && !isNpy(prefix) ? rawOnce(source, options, prefix) : npyOnce(source, options, prefix);
  });
}

const OPTIONS = ["vocabulary", "dtype", "rows", "format", "tensor", "size", "chunk"] as const;

function checkStream(stream: ReadableStream<unknown>): void {
  if (typeof stream?.getReader !== "function") {
    throw new ParameterError(`Cannot read ${shown(stream)} as a stream: wanted a ReadableStream`);
  }
  if (stream.locked) throw new ParameterError("Cannot read the stream: it is being read already");
}

/** As few bytes as tell a `.npy`: a slow stream of raw rows must not wait for more. */
async function peek(feed: ByteFeed): Promise<Uint8Array<ArrayBuffer>> {
  const first = await take(feed, 1);
  if (first[0] !== NPY_MAGIC[0]) return first;
  const rest = await take(feed, NPY_MAGIC.length - 1);
  const prefix = new Uint8Array(1 + rest.length);
  prefix.set(first);
  prefix.set(rest, 1);
  return prefix;
}

function checkFormat(format: string, { tensor, size }: FromStreamOptions): void {
  if (!["raw", "npy", "safetensors", "any"].includes(format)) {
    throw new ParameterError(`Cannot use format "${format}": wanted "raw", "npy", "safetensors" or "any"`);
  }
  if (size !== undefined) checkWhole("size", size, 0);
  if (tensor !== undefined && format !== "safetensors") {
    throw new ParameterError(`Cannot look for tensor "${tensor}": only the format "safetensors" names tensors`);
  }
}
