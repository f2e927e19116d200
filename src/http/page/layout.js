// Where the logits lie in a file, so that it can be sent in slices of whole rows: a browser reads no answer before it has
// sent all of its request, and a service that answers as it reads must not wait for one that does not read.

const NPY = { "<f2": "f16", "<f4": "f32", "<f8": "f64" };
const SAFETENSORS = { F16: "f16", BF16: "bf16", F32: "f32", F64: "f64" };
const BYTES = { f16: 2, bf16: 2, f32: 4, f64: 8 };

/** Names of tensors that a message lists. */
const NAMES = 20;

/** What the person has to say or to mend under the options, as against a file that is wrong in itself. */
class Missing extends Error {
  code = "E_PARAM";
}

async function bytesOf(file, from, to) {
  return new Uint8Array(await file.slice(from, to).arrayBuffer());
}

function layoutOf(dtype, axes, origin) {
  const vocabulary = axes.at(-1);
  const rows = axes.slice(0, -1).reduce((product, size) => product * size, 1);
  const sound = dtype !== undefined && vocabulary > 0 && Number.isSafeInteger(rows * vocabulary);
  return sound ? { dtype, vocabulary, rows, origin, rowBytes: vocabulary * BYTES[dtype] } : undefined;
}

/** A layout with no more rows than the file has bytes for, and what is wrong if that is fewer. */
function within(layout, size, wanted) {
  const { dtype, vocabulary, rows, origin, rowBytes } = layout;
  const held = Math.max(0, (size - origin) / rowBytes);
  if (held >= rows) return layout;
  const row = Math.floor(held);
  const wrong = `it ends in row ${row}, at byte ${size}; wanted ${wanted} of ${vocabulary} ${dtype}`;
  return { ...layout, rows: row, wrong };
}

async function npyLayout(file) {
  const head = await bytesOf(file, 0, 12);
  const view = new DataView(head.buffer);
  const from = head[6] === 1 ? 10 : 12;
  const origin = from + (head[6] === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  const text = new TextDecoder().decode(await bytesOf(file, from, origin));
  const descr = /'descr': *'([^']*)'/.exec(text)?.[1];
  const axes = /'shape': *\(([\d, ]*)\)/.exec(text)?.[1].split(",").filter((size) => size.trim() !== "").map(Number);
  if (!/'fortran_order': *False/.test(text) || !(axes?.length > 0)) return undefined;
  const layout = layoutOf(NPY[descr], axes, origin);
  if (!layout) return undefined;
  const end = origin + layout.rows * layout.rowBytes;
  return file.size > end
    ? { ...layout, wrong: `it goes on after byte ${end}, the end of its ${layout.rows} rows of ${layout.vocabulary}` }
    : within(layout, file.size, `${layout.rows} rows`);
}

/** The tensor that is named, or the only one. */
function tensorOf(header, file, name) {
  const names = Object.keys(header).filter((key) => key !== "__metadata__");
  if (name ? names.includes(name) : names.length === 1) return header[name || names[0]];
  const listed = names.slice(0, NAMES).map((key) => `"${key}"`).join(", ") + (names.length > NAMES ? ", ..." : "");
  const cannot = name ? `Cannot read tensor "${name}" of ${file}` : `Cannot read ${file} without the name of a tensor`;
  throw new Missing(`${cannot}: it holds ${listed || "no tensor"}; name one under Options`);
}

async function safetensorsLayout(file, name, tensor) {
  const length = Number(new DataView((await bytesOf(file, 0, 8)).buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(await bytesOf(file, 8, 8 + length)));
  const { dtype, shape, data_offsets: [from, to] } = tensorOf(header, name, tensor);
  const layout = layoutOf(SAFETENSORS[dtype], shape, 8 + length + from);
  if (!layout || to - from !== layout.rows * layout.rowBytes) return undefined;
  return within(layout, file.size, `${layout.rows} rows`);
}

function rawLayout(file, name, extension, { vocabulary, dtype: chosen }) {
  const dtype = chosen || (Object.hasOwn(BYTES, extension) ? extension : undefined);
  if (!dtype) throw new Missing(`Cannot tell how the logits of ${name} are written: choose their dtype under Options`);
  if (vocabulary === "") {
    throw new Missing(
      `Cannot read ${name} without a vocabulary: raw logits do not say how long a row is; fill it in under Options`,
    );
  }
  const rows = Math.ceil(file.size / (Number(vocabulary) * BYTES[dtype]));
  const layout = /^\d+$/.test(vocabulary) ? layoutOf(dtype, [rows, Number(vocabulary)], 0) : undefined;
  if (layout) return within(layout, file.size, "whole rows");
  throw new Missing(`Cannot use the vocabulary "${vocabulary}": wanted a whole number of at least 1`);
}

/**
 * The layout of a file, with what is `wrong` where its rows are not all that it has or should have; `undefined` where the
 * service should judge it. `given` is what the person says of it, as texts: vocabulary, dtype, tensor.
 */
export async function fileLayout(file, name, given) {
  const extension = /\.([^.]*)$/.exec(name.toLowerCase())?.[1];
  try {
    if (extension === "npy") return await npyLayout(file);
    if (extension === "safetensors") return await safetensorsLayout(file, name, given.tensor);
    return rawLayout(file, name, extension, given);
  } catch (error) {
    if (error instanceof Missing) throw error;
    return undefined;
  }
}
