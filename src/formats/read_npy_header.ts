import { type Dtype, ShapeError, SourceError } from "../core/mod.ts";
import { pythonLiteral } from "./_python_literal.ts";

/** What the header of a `.npy` file says. */
export interface NpyHeader {
  /** NumPy's name of the dtype, e.g. `"<f4"`. */
  readonly descr: string;
  readonly fortranOrder: boolean;
  /** Sizes of the axes. */
  readonly axes: readonly number[];
}

/** Bytes that tell a `.npy` from other things. */
export const NPY_MAGIC: Uint8Array = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59);

/** Bytes of the longest fixed part: magic, version, length of the text. */
export const NPY_PREFIX = 12;

/** A header of plain arrays takes 128 bytes; this is far beyond, and far below what could hurt. */
const LONGEST = 1 << 20;

const DTYPES: Record<string, Dtype> = { "<f2": "f16", "<f4": "f32", "<f8": "f64" };

/** Whether bytes begin as a `.npy` does. */
export function isNpy(bytes: Uint8Array): boolean {
  return bytes.length >= NPY_MAGIC.length && NPY_MAGIC.every((byte, i) => bytes[i] === byte);
}

function wrong(what: string, found: string): SourceError {
  return new SourceError(`Cannot read ${what}: ${found}`, "E_FORMAT");
}

/** Where the header's text lies, out of the first {@linkcode NPY_PREFIX} bytes. */
export function npyText(what: string, prefix: Uint8Array): { readonly from: number; readonly to: number } {
  if (!isNpy(prefix)) throw wrong(what, 'it is no .npy file, which begins with "\\x93NUMPY"');
  if (prefix.length < NPY_PREFIX) {
    throw new SourceError(`Cannot read ${what}: it ends in its header, at byte ${prefix.length}`, "E_SOURCE_SHORT");
  }
  const [major, minor] = prefix.subarray(NPY_MAGIC.length);
  if (major < 1 || major > 3 || minor !== 0) {
    throw wrong(what, `its .npy version is ${major}.${minor}, wanted 1.0, 2.0 or 3.0`);
  }
  const view = new DataView(prefix.buffer, prefix.byteOffset);
  const from = major === 1 ? 10 : 12;
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > LONGEST) throw wrong(what, `its header says it is ${length} bytes long, wanted at most ${LONGEST}`);
  return { from, to: from + length };
}

/** Reads the text of a header. */
export function parseNpyHeader(what: string, text: Uint8Array): NpyHeader {
  let fields;
  try {
    fields = pythonLiteral(new TextDecoder("utf-8", { fatal: true }).decode(text));
  } catch (error) {
    throw wrong(what, `its .npy header is damaged: ${(error as Error).message}`);
  }
  if (!(fields instanceof Map)) throw wrong(what, "its .npy header is no dict");
  const descr = fields.get("descr");
  const fortranOrder = fields.get("fortran_order");
  const axes = fields.get("shape");
  if (descr === undefined) throw wrong(what, "its .npy header has no 'descr'");
  if (typeof descr !== "string") throw new ShapeError(`Cannot read ${what}: its dtype has fields`, "E_DTYPE");
  if (typeof fortranOrder !== "boolean") throw wrong(what, "its .npy header has no 'fortran_order'");
  if (!Array.isArray(axes) || !axes.every(Number.isInteger)) throw wrong(what, "its .npy header has no 'shape'");
  return { descr, fortranOrder, axes: axes as number[] };
}

/** The dtype of logits, or why it cannot be read. */
export function npyDtype(what: string, { descr, fortranOrder }: NpyHeader): Dtype {
  const wanted = "wanted little endian floats ('<f2', '<f4' or '<f8')";
  if (descr.startsWith(">")) {
    throw new ShapeError(`Cannot read ${what}: it is big endian ('${descr}'), ${wanted}`, "E_DTYPE");
  }
  const dtype = Object.hasOwn(DTYPES, descr) ? DTYPES[descr] : undefined;
  if (!dtype) throw new ShapeError(`Cannot read ${what}: its dtype is '${descr}', ${wanted}`, "E_DTYPE");
  if (fortranOrder) {
    throw wrong(what, "it is in Fortran order (columns first), wanted C order (np.ascontiguousarray, then save)");
  }
  return dtype;
}
