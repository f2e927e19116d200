import type { Dtype, LogitArray } from "../core/mod.ts";

/** IEEE half floats where the runtime has them. */
function isHalf(value: ArrayBufferView): boolean {
  return typeof Float16Array === "function" && value instanceof Float16Array;
}

/** What a typed array holds; `words` says which of f16 and bf16 a `Uint16Array` holds. `undefined` if no logits. */
export function dtypeOf(value: ArrayBufferView, words: Dtype | undefined): Dtype | undefined {
  if (value instanceof Float32Array) return "f32";
  if (value instanceof Float64Array) return "f64";
  if (isHalf(value)) return "f16";
  if (value instanceof Uint16Array && (words === "f16" || words === "bf16")) return words;
  return undefined;
}

/**
 * Bytes as logits, without a copy. They must begin at a multiple of the logit's size.
 * Sources are little endian, typed arrays are as the host is; every host of this library is little endian.
 */
export function logitView(dtype: Dtype, buffer: ArrayBufferLike, byte: number, length: number): LogitArray {
  if (dtype === "f32") return new Float32Array(buffer, byte, length);
  return dtype === "f64" ? new Float64Array(buffer, byte, length) : new Uint16Array(buffer, byte, length);
}
