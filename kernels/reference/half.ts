import { powerOfTwo } from "./elementary.ts";

const f32 = new Float32Array(1);
const u32 = new Uint32Array(f32.buffer);

/** The value of an IEEE half float given by its 16 bits: exact; every NaN gives NaN. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * powerOfTwo(-24);
  return sign * (1024 + fraction) * powerOfTwo(exponent - 25);
}

/** The value of a bfloat16 given by its 16 bits: the upper half of a float32. */
export function bfloatToNumber(bits: number): number {
  u32[0] = bits << 16;
  return f32[0];
}
