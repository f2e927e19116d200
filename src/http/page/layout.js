// Where the logits lie in a file, so that it can be sent in slices of whole rows: a browser reads no answer before it has
// sent all of its request, and a service that answers as it reads must not wait for one that does not read.

const NPY = { "<f2": "f16", "<f4": "f32", "<f8": "f64" };
const SAFETENSORS = { F16: "f16", BF16: "bf16", F32: "f32", F64: "f64" };
const BYTES = { f16: 2, bf16: 2, f32: 4, f64: 8 };

async function bytesOf(file, from, to) {
  return new Uint8Array(await file.slice(from, to).arrayBuffer());
}

function layoutOf(dtype, axes, origin) {
  const vocabulary = axes.at(-1);
  const rows = axes.slice(0, -1).reduce((product, size) => product * size, 1);
  const sound = dtype !== undefined && vocabulary > 0 && Number.isSafeInteger(rows * vocabulary);
  return sound ? { dtype, vocabulary, rows, origin, rowBytes: vocabulary * BYTES[dtype] } : undefined;
}

async function npyLayout(file) {
  const head = await bytesOf(file, 0, 12);
  const view = new DataView(head.buffer);
  const from = head[6] === 1 ? 10 : 12;
  const origin = from + (head[6] === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  const text = new TextDecoder().decode(await bytesOf(file, from, origin));
  const descr = /'descr': *'([^']*)'/.exec(text)?.[1];
  const axes = /'shape': *\(([\d, ]*)\)/.exec(text)?.[1].split(",").filter((size) => size.trim() !== "").map(Number);
  return /'fortran_order': *False/.test(text) && axes?.length > 0 ? layoutOf(NPY[descr], axes, origin) : undefined;
}

async function safetensorsLayout(file, tensor) {
  const length = Number(new DataView((await bytesOf(file, 0, 8)).buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(await bytesOf(file, 8, 8 + length)));
  const names = Object.keys(header).filter((name) => name !== "__metadata__");
  const { dtype, shape, data_offsets: [from] } = header[tensor || (names.length === 1 ? names[0] : "")];
  return layoutOf(SAFETENSORS[dtype], shape, 8 + length + from);
}

/**
 * The layout of a file, or `undefined` where the service should judge the whole of it.
 * `given` is what the person says of it: vocabulary, dtype, tensor.
 */
export async function fileLayout(file, name, given) {
  try {
    const extension = /\.([^.]*)$/.exec(name.toLowerCase())?.[1];
    const layout = extension === "npy"
      ? await npyLayout(file)
      : extension === "safetensors"
      ? await safetensorsLayout(file, given.tensor)
      : layoutOf(extension in BYTES ? extension : given.dtype, [
        Math.floor(file.size / (given.vocabulary * BYTES[extension] || 1)),
        given.vocabulary,
      ], 0);
    return layout && layout.origin + layout.rows * layout.rowBytes <= file.size ? layout : undefined;
  } catch {
    return undefined;
  }
}
