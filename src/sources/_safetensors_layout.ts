import { type Dtype, ShapeError, SourceError } from "../core/mod.ts";
import { chooseTensor, parseSafetensorsHeader, parseTensors } from "../formats/inside.ts";
import { type ByteFeed, take } from "./_byte_feed.ts";
import { flatten, type Layout } from "./_layout.ts";

/**
 * The longest header that is read. The format allows 100 MB; what is declared is allocated and parsed whole, and 8 MiB describe
 * a hundred thousand tensors.
 */
const LONGEST = 2 ** 23;

const LOGITS: Record<string, Dtype> = { F64: "f64", F32: "f32", F16: "f16", BF16: "bf16" };

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
  if (length > LONGEST) {
    const found = `its header says it is ${length} bytes long, wanted at most ${LONGEST}`;
    throw new SourceError(`Cannot read ${what}: ${found}`, "E_FORMAT");
  }
  const text = size !== undefined && length > size - 8 ? prefix.subarray(8) : await take(feed, length);
  if (text.length < length) {
    throw new SourceError(
      `Cannot read ${what}: its header ends at byte ${8 + length}, the file at ${size}`,
      "E_SOURCE_SHORT",
    );
  }
  return [parseSafetensorsHeader(what, text), 8 + length];
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
  const tensor = chooseTensor(what, tensors, name);
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
