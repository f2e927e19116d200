import { type Dtype, ParameterError, ShapeError, SourceError } from "../core/mod.ts";
import { type ByteFeed, take } from "./_byte_feed.ts";
import { flatten, type Layout } from "./_layout.ts";
import { repeatedKey } from "./_repeated_key.ts";

/** The format's own limit on its header. */
const LONGEST = 100_000_000;

/** The limit where only the header itself says how long it is: what is declared is allocated. */
const LONGEST_UNSIZED = 2 ** 23;

/** The byte "{". */
const OPENING = 0x7b;

const LOGITS: Record<string, Dtype> = { F64: "f64", F32: "f32", F16: "f16", BF16: "bf16" };

/** Bytes of an element of the dtypes that fill whole bytes. */
const BYTES: Record<string, number> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  U64: 8,
  I32: 4,
  U32: 4,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

interface Tensor {
  readonly name: string;
  readonly dtype: string;
  readonly axes: readonly number[];
  readonly from: number;
  readonly to: number;
}

function wrong(what: string, found: string): SourceError {
  return new SourceError(`Cannot read ${what}: ${found}`, "E_FORMAT");
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && value as number >= 0;
}

async function readHeader(
  what: string,
  feed: Pick<ByteFeed, "read">,
  size: number | undefined,
): Promise<[object, number]> {
  const prefix = await take(feed, 8);
  if (prefix.length < 8) {
    throw new SourceError(`Cannot read ${what}: it ends in its header, at byte ${prefix.length}`, "E_SOURCE_SHORT");
  }
  const length = Number(new DataView(prefix.buffer).getBigUint64(0, true));
  const longest = size === undefined ? LONGEST_UNSIZED : LONGEST;
  if (length > longest) throw wrong(what, `its header says it is ${length} bytes long, wanted at most ${longest}`);
  const text = size !== undefined && length > size - 8 ? prefix.subarray(8) : await take(feed, length);
  if (text.length < length) {
    throw new SourceError(
      `Cannot read ${what}: its header ends at byte ${8 + length}, the file at ${size}`,
      "E_SOURCE_SHORT",
    );
  }
  return [parseHeader(what, text), 8 + length];
}

/** The format wants "{" first: no space, and no byte order mark, which decoding would take away. */
function parseHeader(what: string, bytes: Uint8Array): object {
  if (bytes[0] !== OPENING) {
    const found = bytes.length === 0 ? "is empty" : `begins with byte ${bytes[0]}`;
    throw wrong(what, `its safetensors header ${found}, wanted a JSON object, which begins with "{"`);
  }
  let text: string, header: object;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    header = JSON.parse(text);
  } catch (cause) {
    throw new SourceError(`Cannot read ${what}: its safetensors header is not JSON`, "E_FORMAT", { cause });
  }
  const key = repeatedKey(text);
  if (key !== undefined) throw wrong(what, `its safetensors header has the key "${key}" twice`);
  return header;
}

function parseTensor(what: string, name: string, entry: unknown): Tensor {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  const fits = typeof dtype === "string" && Array.isArray(shape) && shape.every(isSize) && Array.isArray(offsets) &&
    offsets.length === 2 && offsets.every(isSize) && offsets[0] <= offsets[1];
  if (!fits) throw wrong(what, `its header has no valid dtype, shape and data_offsets for tensor "${name}"`);
  const [from, to] = offsets as [number, number];
  const tensor = { name, dtype, axes: shape as number[], from, to };
  if (!Object.hasOwn(BYTES, dtype)) return tensor;
  const wanted = tensor.axes.reduce((product, axis) => product * axis, BYTES[dtype]);
  if (wanted !== to - from) {
    throw wrong(
      what,
      `tensor "${name}" has ${to - from} bytes, its shape (${shape}) and dtype ${dtype} need ${wanted}`,
    );
  }
  return tensor;
}

/** The tensors, checked to lie one after the other without gap or overlap, to the end of the file. */
function parseTensors(what: string, header: object, origin: number, size?: number): Tensor[] {
  const tensors = Object.entries(header).filter(([name]) => name !== "__metadata__")
    .map(([name, entry]) => parseTensor(what, name, entry))
    .sort((a, b) => a.from - b.from || a.to - b.to);
  let end = 0;
  for (const { name, from, to } of tensors) {
    if (from !== end) {
      const fault = from < end ? "overlaps the tensor before it" : "leaves a gap before it";
      throw wrong(what, `tensor "${name}" begins at byte ${origin + from} and ${fault}, which ends at ${origin + end}`);
    }
    end = to;
  }
  const says = `Cannot read ${what}: it has ${size} bytes, its header says ${origin + end}`;
  if (size === undefined) return tensors;
  if (origin + end > size) throw new SourceError(says, "E_SOURCE_SHORT");
  if (origin + end < size) throw new SourceError(says, "E_SOURCE_LONG");
  return tensors;
}

function choose(what: string, tensors: readonly Tensor[], name: string | undefined): Tensor {
  const names = tensors.slice(0, 20).map((tensor) => `"${tensor.name}"`).join(", ") +
    (tensors.length > 20 ? ", ..." : "");
  if (name === undefined) {
    if (tensors.length === 1) return tensors[0];
    throw new ParameterError(`Cannot read ${what} without a tensor's name: it holds ${names || "no tensor"}`);
  }
  const found = tensors.find((tensor) => tensor.name === name);
  if (!found) throw new ParameterError(`Cannot read tensor "${name}" of ${what}: it holds ${names || "no tensor"}`);
  return found;
}

/** One tensor of a safetensors file. */
export interface SafetensorsLayout extends Layout {
  readonly tensor: string;
  /** Bytes of the header. */
  readonly header: number;
  /** Whether the file ends with it. */
  readonly last: boolean;
}

/** Reads a safetensors header and finds one tensor in the file, whose size may be unknown. */
export async function safetensorsLayout(
  what: string,
  feed: Pick<ByteFeed, "read">,
  size: number | undefined,
  name: string | undefined,
): Promise<SafetensorsLayout> {
  const [header, origin] = await readHeader(what, feed, size);
  const tensors = parseTensors(what, header, origin, size);
  const tensor = choose(what, tensors, name);
  const dtype = Object.hasOwn(LOGITS, tensor.dtype) ? LOGITS[tensor.dtype] : undefined;
  const title = `tensor "${tensor.name}" of ${what}`;
  if (!dtype) {
    throw new ShapeError(`Cannot read ${title}: its dtype is ${tensor.dtype}, wanted F64, F32, F16 or BF16`, "E_DTYPE");
  }
  return {
    ...flatten(title, tensor.axes, dtype),
    origin: origin + tensor.from,
    header: origin,
    tensor: tensor.name,
    last: tensor === tensors.at(-1),
  };
}
