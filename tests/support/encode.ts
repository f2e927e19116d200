import type { Dtype, LogitArray } from "../../src/core/mod.ts";

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

/** The nearest bfloat16 as a word; NaN stays NaN. */
function bf16(x: number): number {
  float[0] = x;
  const bits = word[0];
  if ((bits & 0x7fffffff) > 0x7f800000) return (bits >>> 16) | 0x40;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

/** Numbers as a source stores them: rounded to the dtype, f16 and bf16 as words. */
export function encode(values: ArrayLike<number>, dtype: Dtype): LogitArray {
  if (dtype === "f64") return Float64Array.from(values);
  if (dtype === "f32") return Float32Array.from(values);
  if (dtype === "f16") return new Uint16Array(Float16Array.from(values).buffer);
  return Uint16Array.from(values, bf16);
}

/** The numbers that words stand for. */
export function decode(data: LogitArray, dtype: Dtype): Float32Array | Float64Array {
  if (!(data instanceof Uint16Array)) return data.slice();
  if (dtype === "f16") return Float32Array.from(new Float16Array(data.slice().buffer));
  return new Float32Array(Uint32Array.from(data, (bits) => bits << 16).buffer);
}
