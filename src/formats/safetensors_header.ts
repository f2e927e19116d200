import { ParameterError, SourceError } from "../core/mod.ts";
import { isDeeper } from "./_is_deeper.ts";
import { repeatedKey } from "./_repeated_key.ts";

/** The byte "{". */
const OPENING = 0x7b;

/** How deep a header is: tensors, one of them, its shape. One more is left to metadata. */
const DEEPEST = 4;

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

/** One tensor, as a safetensors header describes it. */
export interface Tensor {
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

/** Reads the text of a header. The format wants "{" first: no space, and no byte order mark, which decoding would take away. */
export function parseSafetensorsHeader(what: string, bytes: Uint8Array): object {
  if (bytes[0] !== OPENING) {
    const found = bytes.length === 0 ? "is empty" : `begins with byte ${bytes[0]}`;
    throw wrong(what, `its safetensors header ${found}, wanted a JSON object, which begins with "{"`);
  }
  const text = decoded(what, bytes);
  if (isDeeper(text, DEEPEST)) {
    throw wrong(what, `its safetensors header is more than ${DEEPEST} lists and objects deep`);
  }
  const header = parsed(what, text);
  const key = repeatedKey(text);
  if (key !== undefined) throw wrong(what, `its safetensors header has the key "${key}" twice`);
  return header;
}

function decoded(what: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw notJson(what, cause);
  }
}

function parsed(what: string, text: string): object {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw notJson(what, cause);
  }
}

function notJson(what: string, cause: unknown): SourceError {
  return new SourceError(`Cannot read ${what}: its safetensors header is not JSON`, "E_FORMAT", { cause });
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
export function parseTensors(what: string, header: object, origin: number, size?: number): Tensor[] {
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

/** The tensor of a name, or the only one. */
export function chooseTensor(what: string, tensors: readonly Tensor[], name: string | undefined): Tensor {
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
