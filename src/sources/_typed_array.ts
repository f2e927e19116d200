import type { Dtype } from "../core/mod.ts";

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
