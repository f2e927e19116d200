import {
  define,
  type Dtype,
  ioReason,
  type Logits,
  optionsOf,
  ParameterError,
  shown,
  SourceError,
  type Spec,
} from "../core/mod.ts";
import { byteLogits } from "./_byte_logits.ts";
import { cutOf } from "./_cut.ts";
import { DTYPE, given, TENSOR, VOCABULARY } from "./_expected_options.ts";
import { FileFeed } from "./_file_feed.ts";
import { type Format, formatOf, layoutOf } from "./_file_layout.ts";
import type { Layout } from "./_layout.ts";

/** What {@linkcode fromFile} cannot learn from the file. */
export interface FromFileOptions {
  /** Logits in a row. Raw files need it; for the others it must agree with the header. */
  readonly vocabulary?: number;
  /** How a raw file stores a logit, whatever its name ends in. For the other formats it must agree with the header. */
  readonly dtype?: Dtype;
  /** The tensor of a `.safetensors` file; may be left out if there is only one. */
  readonly tensor?: string;
  /** The most logits of a chunk, 65,536 by default; also of a read without a stream. */
  readonly chunk?: number;
}

/**
 * Logits in a file: `.npy` (versions 1 to 3, little-endian f2, f4, f8, C order), `.safetensors` (F64, F32, F16, BF16), or
 * raw little-endian `.f32 .f16 .bf16 .f64` with a vocabulary.
 *
 * One axis is one row; the last of several is the vocabulary, the others flatten. The header is checked against the
 * file's size at once; nothing else is read until the logits are opened, and they can be opened any number of times.
 * A range reads only its own bytes. `identity` is the file's size, time of change and inode.
 * A file that shrinks after that ends with `E_SOURCE_SHORT` when its end is met.
 *
 * @example Raw float32, two logits a row
 * ```ts
 * import { fromFile } from "@sluice/sluice/sources";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile({ suffix: ".f32" });
 * await Deno.writeFile(path, new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer));
 *
 * const logits = await fromFile(path, { vocabulary: 2 });
 * assertEquals(logits.shape.rows, 2);
 * const [chunk] = await Array.fromAsync(logits.open({ rows: [1, 2] }));
 * assertEquals(chunk.data, Float32Array.of(3, 4));
 * await Deno.remove(path);
 * ```
 *
 * @param path Where the file is: a path or a `file:` URL.
 * @param options What the file does not say.
 * @returns Logits that read the file again at each `open`.
 * @throws {SourceError} If there is no such file, it cannot be read, is not what its name says (`E_FORMAT`), or is shorter
 * (`E_SOURCE_SHORT`) or longer (`E_SOURCE_LONG`) than its header says.
 * @throws {ShapeError} If it is empty, or its dtype or byte order is not supported.
 * @throws {ParameterError} If an option is missing or does not fit.
 */
export function fromFile(path: string | URL, options: FromFileOptions = {}): Promise<Logits> {
  return opened(path, options, path);
}

/** The same for a program that does nothing else meanwhile: its reads block, which spares each a change of threads. */
export function fromFileBlocking(path: string | URL, options: FromFileOptions = {}): Promise<Logits> {
  return opened(path, options, path, true);
}

/** Its row of the catalogue. */
export const fromFileDefinition = /* @__PURE__ */ define({
  name: "fromFile",
  kind: "source",
  help: "a file: .npy, .safetensors, or raw",
  options: {
    path: { type: "text", argument: true, help: "a path, or a file: URL" },
    vocabulary: VOCABULARY,
    dtype: DTYPE,
    tensor: TENSOR,
  },
  async make({ path, ...expected }, _spec, { grants }): Promise<Logits> {
    const from = grants ? await grants.readable(path) : path;
    return await opened(from.startsWith("file:") ? new URL(from) : from, given(expected), path);
  },
});

/** The logits of a file; their spec calls it `asked`. */
async function opened(
  path: string | URL,
  options: FromFileOptions,
  asked: string | URL,
  blocking = false,
): Promise<Logits> {
  const cut = cutOf(optionsOf("fromFile", options, ["vocabulary", "dtype", "tensor", "chunk"]).chunk);
  if (typeof path !== "string" && !(path instanceof URL)) {
    throw new ParameterError(`Cannot read ${shown(path)} as a file: wanted a path or a file: URL`);
  }
  if (path instanceof URL && path.protocol !== "file:") {
    throw new ParameterError(`Cannot read ${path.href} as a file: wanted a path or a file: URL`);
  }
  const what = `"${nameOf(path)}"`;
  const format = await fileFormat(what, path, options);
  const size = (await regularFile(what, path)).size;
  const layout = await readLayout(what, path, format, size, options);
  return byteLogits({
    ...layout,
    what,
    replay: "reopen",
    spec: specOf(asked, layout, options),
    cut,
    last: false,
    feed: () => ({ feed: new FileFeed(path, layout.origin, blocking), byte: layout.origin }),
    identity: () => identityOf(what, path),
  });
}

function nameOf(path: string | URL): string {
  return path instanceof URL ? path.pathname : path;
}

/** A directory is told as one, whatever its name lacks. */
async function fileFormat(what: string, path: string | URL, options: FromFileOptions): Promise<Format> {
  try {
    return formatOf(nameOf(path), options);
  } catch (error) {
    if ((await Deno.stat(path).catch(() => undefined))?.isDirectory) throw isDirectory(what);
    throw error;
  }
}

function isDirectory(what: string): SourceError {
  return new SourceError(`Cannot read ${what}: it is a directory`);
}

/** What the system says of a file; refuses directories, pipes and devices. */
async function regularFile(what: string, path: string | URL): Promise<Deno.FileInfo> {
  let info;
  try {
    info = await Deno.stat(path);
  } catch (cause) {
    throw new SourceError(`Cannot read ${what}: ${ioReason(cause, "read")}`, "E_SOURCE_READ", { cause });
  }
  if (info.isDirectory) throw isDirectory(what);
  if (!info.isFile) {
    throw new SourceError(`Cannot read ${what}: it is no regular file; read pipes with fromStdin or fromStream`);
  }
  return info;
}

async function identityOf(what: string, path: string | URL): Promise<string> {
  const { size, mtime, ino } = await regularFile(what, path);
  return [size, mtime?.getTime() ?? "", ino ?? ""].join("-");
}

async function readLayout(
  what: string,
  path: string | URL,
  format: Format,
  size: number,
  options: FromFileOptions,
): Promise<Layout & { readonly tensor?: string }> {
  const feed = new FileFeed(path);
  try {
    return await layoutOf(what, format, feed, size, options);
  } finally {
    await feed.close();
  }
}

/** The size of a chunk is left out: it changes no result. */
function specOf(path: string | URL, layout: Layout & { readonly tensor?: string }, options: FromFileOptions): Spec {
  const params: Record<string, unknown> = { path: path instanceof URL ? path.href : path };
  if (options.vocabulary !== undefined) params.vocabulary = options.vocabulary;
  if (options.dtype !== undefined) params.dtype = options.dtype;
  if (layout.tensor !== undefined) params.tensor = layout.tensor;
  return { name: "fromFile", params, inputs: [] };
}
