import {
  bytesOf,
  checkShape,
  checkWhole,
  type Dtype,
  errorCode,
  ioReason,
  ParameterError,
  SourceError,
} from "../core/mod.ts";
import type { ByteFeed } from "./_byte_feed.ts";
import { agree, checkDtype, checkSize, type Layout } from "./_layout.ts";
import { npyLayout } from "./_npy_layout.ts";
import { safetensorsLayout } from "./_safetensors_layout.ts";

/** What a file of logits cannot say of itself. */
export interface FileExpected {
  readonly vocabulary?: number;
  readonly dtype?: Dtype;
  readonly tensor?: string;
}

/** How a file is written. */
export type Format = "npy" | "safetensors" | Dtype;

const RAW: Record<string, Dtype> = { ".f32": "f32", ".f64": "f64", ".f16": "f16", ".bf16": "bf16" };

/** The way the name says the file is written; `dtype` makes any file a raw one but those that say it themselves. */
export function formatOf(name: string, { dtype, vocabulary, tensor }: FileExpected): Format {
  if (dtype !== undefined) checkDtype(dtype);
  if (vocabulary !== undefined) checkWhole("vocabulary", vocabulary, 1);
  const extension = (/\.[^./\\]*$/.exec(name)?.[0] ?? "").toLowerCase();
  const format = extension === ".npy" || extension === ".safetensors"
    ? extension.slice(1) as "npy" | "safetensors"
    : dtype ?? (Object.hasOwn(RAW, extension) ? RAW[extension] : undefined);
  if (!format) {
    throw new ParameterError(
      `Cannot tell how "${name}" is written: wanted a name in .npy, .safetensors, .f32, .f16, .bf16 or .f64, or "dtype"`,
    );
  }
  if (tensor !== undefined && format !== "safetensors") {
    throw new ParameterError(`Cannot look for tensor "${tensor}" in "${name}": only .safetensors files name tensors`);
  }
  if (vocabulary === undefined && format !== "npy" && format !== "safetensors") {
    throw new ParameterError(`Cannot read "${name}" without "vocabulary": a raw file does not say how long a row is`);
  }
  return format;
}

/** Where the logits lie in a file, whose first bytes `feed` gives. */
export async function layoutOf(
  what: string,
  format: Format,
  feed: Pick<ByteFeed, "read">,
  size: number,
  options: FileExpected,
): Promise<Layout & { readonly tensor?: string }> {
  if (format !== "npy" && format !== "safetensors") return rawLayout(what, format, size, options);
  try {
    if (format === "safetensors") {
      const layout = await safetensorsLayout(what, feed, size, options.tensor);
      agree(what, layout.shape, options);
      return layout;
    }
    const { excess: _, ...layout } = await npyLayout(what, feed, new Uint8Array(0));
    checkSize(what, layout, size);
    agree(what, layout.shape, options);
    return layout;
  } catch (error) {
    if (errorCode(error)) throw error;
    throw new SourceError(`Cannot read ${what}: ${ioReason(error, "read")}`, "E_SOURCE_READ", { cause: error });
  }
}

function rawLayout(what: string, dtype: Dtype, size: number, options: FileExpected): Layout {
  const vocabulary = options.vocabulary!;
  const rowBytes = vocabulary * bytesOf(dtype);
  const rows = Math.floor(size / rowBytes);
  if (size % rowBytes !== 0) {
    const id = Math.floor(size % rowBytes / bytesOf(dtype));
    throw new SourceError(
      `Cannot read ${what}: it ended at row ${rows}, id ${id}, byte ${size}; wanted whole rows of ${vocabulary} ${dtype}`,
      "E_SOURCE_SHORT",
    );
  }
  return { shape: checkShape(what, { rows, vocabulary, dtype }), origin: 0 };
}
