import type { Kernels } from "../kernels.ts";
import type { Views } from "../views.ts";

const f32 = new Float32Array(1);
const u32 = new Uint32Array(f32.buffer);

/** Widens bfloat16, exactly. */
export function widenBf16({ values, shift, u16 }: Views): Kernels["widenBf16"] {
  return (words, count, to) => {
    const from = words >> 1, out = to >> shift;
    for (let i = 0; i < count; i++) values[out + i] = bfloatToNumber(u16[from + i]);
  };
}

/** The value of a bfloat16 given by its 16 bits: the upper half of a float32. */
function bfloatToNumber(bits: number): number {
  u32[0] = bits << 16;
  return f32[0];
}
