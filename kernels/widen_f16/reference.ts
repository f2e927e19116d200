import type { Kernels } from "../kernels.ts";
import { powerOfTwo } from "../reference/elementary.ts";
import type { Views } from "../views.ts";

/** Widens half floats, exactly. */
export function widenF16({ values, shift, u16 }: Views): Kernels["widenF16"] {
  return (words, count, to) => {
    const from = words >> 1, out = to >> shift;
    for (let i = 0; i < count; i++) values[out + i] = halfToNumber(u16[from + i]);
  };
}

/** The value of an IEEE half float given by its 16 bits: exact; every NaN gives NaN. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * powerOfTwo(-24);
  return sign * (1024 + fraction) * powerOfTwo(exponent - 25);
}
